"""A mail server that takes mails as fast as it can read them, in a process of its own, and counts them."""

import asyncio
import socket
import sys

ANSWERS = {
    b"EHLO": b"250-bench\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n",
    b"HELO": b"250 bench\r\n",
    b"MAIL": b"250 2.1.0 ok\r\n",
    b"RCPT": b"250 2.1.5 ok\r\n",
    b"DATA": b"354 go on\r\n",
    b"RSET": b"250 2.0.0 ok\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}
MOST_OF_A_MAIL = 2**20


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hold one SMTP conversation."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    writer.write(b"220 bench\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        writer.write(ANSWERS.get(word, b"500 5.5.1 what\r\n"))
        if word == b"DATA":
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 2.0.0 taken\r\n")
        if word == b"QUIT":
            break
    writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(converse, "127.0.0.1", 0, limit=MOST_OF_A_MAIL)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(_serve())
    except KeyboardInterrupt:
        sys.exit(0)
