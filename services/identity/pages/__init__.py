"""The pages of identity, one module per kind of thing."""

from services.identity.pages import (
    account,
    authorities,
    clients,
    home,
    links,
    oauth,
    openid,
    operators,
    password,
    profile,
    requests,
    roles,
    session,
)

routers = (
    home.router,
    account.router,
    password.router,
    session.router,
    profile.router,
    roles.router,
    operators.router,
    authorities.router,
    requests.router,
    clients.router,
    oauth.router,
    openid.router,
    links.router,
)
