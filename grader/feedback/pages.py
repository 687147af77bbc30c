"""Reports -> HTML pages, each one file that needs nothing else: the front door of the page makers.

>>> feedback_name("s01")
's01.html'
"""

from grader.feedback.addresses import feedback_name, page_names
from grader.feedback.classroom import class_page
from grader.feedback.key_page import key_page
from grader.feedback.student import student_page

__all__ = ["class_page", "feedback_name", "key_page", "page_names", "student_page"]
