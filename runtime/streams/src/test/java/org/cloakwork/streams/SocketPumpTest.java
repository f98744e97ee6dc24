package org.cloakwork.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketOption;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SocketPumpTest {

    @Test
    void oneThatVanishedIsAskedForAfterAMinute() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
             Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
            SocketPump.keepAlive(socket);
            assertTrue(socket.getKeepAlive());
            Map<String, Object> chosen = new HashMap<>();
            for (SocketOption<?> option : socket.supportedOptions()) {
                if (option.name().startsWith("TCP_KEEP")) {
                    chosen.put(option.name(), socket.getOption(option));
                }
            }
            Map<String, Object> wanted = new HashMap<>(
                    Map.of("TCP_KEEPIDLE", 60, "TCP_KEEPINTERVAL", 15, "TCP_KEEPCOUNT", 4));
            wanted.keySet().retainAll(chosen.keySet());
            assertEquals(wanted, chosen);
        }
    }
}
