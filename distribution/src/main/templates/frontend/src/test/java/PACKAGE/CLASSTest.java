package @package@;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.FrontEnd;
import org.junit.jupiter.api.Test;

class @class@Test {

    private static final MixnetAddress SELF = new MixnetAddress(new IdentityKey(new byte[32]),
            new EncryptionKey(new byte[32]), new IdentityKey(new byte[32]));

    private final AtomicReference<Consumer<ReceivedMessage>> listener = new AtomicReference<>();

    /** A client that hands over at once what is sent to itself. */
    private final MixnetClient client = (MixnetClient) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[]{MixnetClient.class}, (proxy, method, arguments) -> switch (method.getName()) {
                case "address" -> SELF;
                case "send" -> {
                    listener.get().accept(new ReceivedMessage((byte[]) arguments[1], Optional.empty()));
                    yield null;
                }
                case "subscribe" -> {
                    @SuppressWarnings("unchecked")
                    Consumer<ReceivedMessage> given = (Consumer<ReceivedMessage>) arguments[0];
                    listener.set(given);
                    yield (Subscription) () -> listener.set(null);
                }
                default -> throw new UnsupportedOperationException(method.getName());
            });

    @Test
    void textsAreSentAndReceived() throws Exception {
        FrontEnd.Serving serving = new @class@(Map.of()).serve(client, Map.of());
        int port = serving.addresses().getFirst().getPort();
        try (serving; Socket socket = new Socket("127.0.0.1", port);
             BufferedReader in = new BufferedReader(new java.io.InputStreamReader(socket.getInputStream(),
                     StandardCharsets.UTF_8));
             PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8)) {
            out.println("address");
            assertEquals(SELF.toString(), in.readLine());
            out.println(SELF + " hello");
            assertEquals("received hello", in.readLine());
            assertEquals("sent", in.readLine());
            out.println("nobody hello");
            assertTrue(in.readLine().startsWith("wrong: "));
        }
        assertThrows(ConnectException.class, () -> new Socket("127.0.0.1", port).close());
    }

    @Test
    void wrongSettingsAreNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new @class@(Map.of()).serve(client, Map.of("port", "-1")));
        assertTrue(e.getMessage().startsWith("frontend @name@: port: "), e.getMessage());
    }
}
