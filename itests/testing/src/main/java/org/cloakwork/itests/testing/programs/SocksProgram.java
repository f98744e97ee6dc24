package org.cloakwork.itests.testing.programs;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** What a program says that knows SOCKS 5. */
public final class SocksProgram {

    private SocksProgram() {
    }

    /**
     * Asks for a connection to a name, without waiting for the choice of a method.
     *
     * @param socket on which nothing was said yet
     * @param host   a name
     * @param port   of it
     * @return the reply; 0: granted
     * @throws IOException if none comes
     */
    public static int ask(Socket socket, String host, int port) throws IOException {
        byte[] name = host.getBytes(StandardCharsets.UTF_8);
        byte[] request = new byte[3 + 5 + name.length + 2];
        byte[] start = {5, 1, 0, 5, 1, 0, 3, (byte) name.length};
        System.arraycopy(start, 0, request, 0, start.length);
        System.arraycopy(name, 0, request, start.length, name.length);
        request[request.length - 2] = (byte) (port >> 8);
        request[request.length - 1] = (byte) port;
        socket.getOutputStream().write(request);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readNBytes(2);
        byte[] reply = new byte[10];
        in.readFully(reply);
        return reply[1];
    }
}
