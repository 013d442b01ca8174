"""`python -m services.validation serve`, and the other commands every service has."""

from services.validation.main import build
from shared.command import main

main("validation", build)
