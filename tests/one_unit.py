"""The rubric of one small question, for tests of what becomes of a rubric that is edited."""

RUBRIC = """\
title: One unit
questions:
  - id: "1"
    title: A unit
    model:
      given: {x: real, w: real, y: "(0, 1)"}
      define: {z: w*x, yhat: sigma(z), L: 1/2 (y - yhat)^2}
    parts:
      - {id: a, prompt: First., target: dL/dyhat, points: 1}
      - {id: b, prompt: Second., target: dL/dz, points: 2}
      - {id: c, prompt: Third., target: dL/dw, points: 3, steps: [{target: dL/dz, points: 1}]}
"""
