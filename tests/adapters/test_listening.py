"""The socket of the pages."""

import asyncio
import socket

from adapters.listening import listening


def test_an_answer_is_sent_at_once_and_never_waits_for_the_reader_to_confirm_its_head() -> None:
    """As uvicorn serves: with a socket of ours, of which asyncio takes the connections."""

    async def accepted() -> int:
        arrived: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()

        class Newcomer(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                arrived.set_result(transport.get_extra_info("socket"))

        with listening("127.0.0.1", 0) as listener:
            async with await asyncio.get_running_loop().create_server(Newcomer, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                found = (await arrived).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                writer.close()
                return found

    assert asyncio.run(accepted())
