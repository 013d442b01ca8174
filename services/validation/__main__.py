"""`python -m services.validation serve`, and the other commands every service has; report, history and stuck."""

from services.validation.commands import COMMANDS
from services.validation.main import build
from shared.command import main

main("validation", build, commands=COMMANDS)
