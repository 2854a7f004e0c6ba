#!/usr/bin/python3
"""Content filter and before-queue proxy: passes SMTP from 127.0.0.1:10025 to 127.0.0.1:10026, refuses what carries a mark."""
import asyncio

MARK = b"FILTER-REJECT"
REFUSAL = b"550 5.7.1 id=00042-01 - Rejected by content filter, SPAM\r\n"


async def read_reply(reader):
    reply = b""
    while True:
        line = await reader.readline()
        if not line:
            raise ConnectionError
        reply += line
        if line[3:4] != b"-":
            return reply


async def read_content(reader):
    lines = []
    while True:
        line = await reader.readline()
        if not line:
            raise ConnectionError
        lines.append(line)
        if line == b".\r\n":
            return b"".join(lines)


async def pass_on(reader, writer, up_reader, up_writer):
    writer.write(await read_reply(up_reader))
    while line := await reader.readline():
        up_writer.write(line)
        reply = await read_reply(up_reader)
        command = line.strip().upper()
        if command == b"DATA" and reply.startswith(b"354"):
            writer.write(reply)
            await writer.drain()
            content = await read_content(reader)
            if MARK in content:
                writer.write(REFUSAL)
                await writer.drain()
                return
            up_writer.write(content)
            reply = await read_reply(up_reader)
            # as amavis words it, keeping the queue ID of the second queue entry
            reply = reply[:10] + b"from MTA(smtp:[127.0.0.1]:10026): " + reply
        writer.write(reply)
        await writer.drain()
        if command == b"QUIT":
            return


async def handle(reader, writer):
    try:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", 10026)
        await pass_on(reader, writer, up_reader, up_writer)
        up_writer.close()
    except OSError:
        pass
    finally:
        writer.close()


async def main():
    await asyncio.start_server(handle, "127.0.0.1", 10025)
    await asyncio.Event().wait()


asyncio.run(main())
