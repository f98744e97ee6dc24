package org.cloakwork.frontend.web.tls;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.teavm.jso.JSExport;
import org.teavm.jso.typedarrays.Int8Array;

/** What the module gives to {@code tls.js}: connections by number. */
public final class TlsModule {

    private static final Map<Integer, TlsConnection> OPEN = new HashMap<>();
    private static TrustAnchors anchors = TrustAnchors.decode(new byte[0]);
    private static int last;

    private TlsModule() {
    }

    public static void main(String[] args) {
    }

    /** @param encoded see {@link TrustAnchors#decode} */
    @JSExport
    public static void trust(Int8Array encoded) {
        anchors = TrustAnchors.decode(encoded.copyToJavaArray());
    }

    /** @return the number of a new connection, whose handshake has begun */
    @JSExport
    public static int open(String host) throws IOException {
        OPEN.put(++last, new TlsConnection(host, anchors, System.currentTimeMillis()));
        return last;
    }

    /** @return what is wrong, or an empty text */
    @JSExport
    public static String input(int number, Int8Array bytes) {
        return why(() -> OPEN.get(number).input(bytes.copyToJavaArray()));
    }

    /** @return what is wrong with ending here, or an empty text */
    @JSExport
    public static String end(int number) {
        return why(OPEN.get(number)::end);
    }

    @JSExport
    public static boolean handshaking(int number) {
        return OPEN.get(number).isHandshaking();
    }

    @JSExport
    public static boolean closed(int number) {
        return OPEN.get(number).isClosed();
    }

    @JSExport
    public static Int8Array output(int number) {
        return Int8Array.copyFromJavaArray(OPEN.get(number).output());
    }

    @JSExport
    public static Int8Array data(int number) {
        return Int8Array.copyFromJavaArray(OPEN.get(number).data());
    }

    /** @return what is wrong, or an empty text */
    @JSExport
    public static String write(int number, Int8Array data) {
        return why(() -> OPEN.get(number).write(data.copyToJavaArray()));
    }

    /** @return what is wrong, or an empty text */
    @JSExport
    public static String close(int number) {
        return why(OPEN.get(number)::close);
    }

    @JSExport
    public static void forget(int number) {
        OPEN.remove(number);
    }

    private interface Step {
        void run() throws IOException;
    }

    private static String why(Step step) {
        try {
            step.run();
            return "";
        } catch (IOException | RuntimeException e) {
            Throwable deepest = e;
            while (deepest.getCause() != null) {
                deepest = deepest.getCause();
            }
            return deepest instanceof BadCertificate ? "certificate: " + deepest.getMessage() : "TLS: " + deepest;
        }
    }
}
