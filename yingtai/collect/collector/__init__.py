"""The event collector: a bare ASGI application that keeps what SDKs send, before it answers."""
