"""`python -m services.licences serve | migrate | outbox | parked …`"""

from services.licences.main import build
from shared.command import main

main("licences", build)
