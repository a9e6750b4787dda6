"""Passes connections on to a port of loopback and writes down what the client said.

    recording_relay.py TARGET_PORT FILE

Prints its own port; ends with its standard input.
"""

import socket
import sys
import threading


def pump(source, sink, record):
    try:
        while data := source.recv(65536):
            if record:
                record.write(data)
                record.flush()
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(listener, target, record):
    while True:
        client, _ = listener.accept()
        server = socket.create_connection(("127.0.0.1", target))
        threading.Thread(target=pump, args=(client, server, record), daemon=True).start()
        threading.Thread(target=pump, args=(server, client, None), daemon=True).start()


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    with open(sys.argv[2], "ab") as record:
        threading.Thread(target=serve, args=(listener, int(sys.argv[1]), record), daemon=True).start()
        sys.stdin.read()


main()
