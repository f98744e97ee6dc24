package org.cloakwork.frontend.http;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Messages as they are passed on: fields for the next hop only are left out, and what tells where a message ends is
 * written anew. Nothing is added that would tell of the proxy.
 */
final class Framing {

    /** For one hop only (RFC 9110, 7.6.1), or about where a message ends. */
    private static final Set<String> NOT_PASSED = Set.of("connection", "proxy-connection", "keep-alive",
            "proxy-authorization", "proxy-authenticate", "proxy-authentication-info", "te", "upgrade",
            "transfer-encoding", "http2-settings");
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final String WEBSOCKET = "websocket";
    private static final byte[] NEW_LINE = {'\r', '\n'};

    private Framing() {
    }

    /** {@return whether another message may follow on the same connection} */
    static boolean persists(MessageReader.Head head) {
        Set<String> connection = tokens(head.fields(), HttpHeader.CONNECTION);
        connection.addAll(tokens(head.fields(), HttpHeader.PROXY_CONNECTION));
        return !connection.contains("close") && (head.isAtLeast11() || connection.contains("keep-alive"));
    }

    /** {@return whether it does no harm to ask again} */
    static boolean isSafe(MessageReader.Head head) {
        return SAFE.contains(head.method());
    }

    private static Set<String> tokens(HttpFields fields, HttpHeader header) {
        Set<String> tokens = new HashSet<>();
        for (String token : fields.getCSV(header, false)) {
            tokens.add(token.toLowerCase(Locale.ROOT));
        }
        return tokens;
    }

    static byte[] request(MessageReader.Head head, String authority, String path, boolean chunked) {
        Lines lines = new Lines(head.method() + ' ' + path + " HTTP/1.1");
        lines.field("Host", authority);
        lines.fields(head.fields(), true);
        if (isWebsocket(head.fields())) {
            lines.field("Connection", "Upgrade");
            lines.field("Upgrade", WEBSOCKET);
        }
        if (chunked) {
            lines.field("Transfer-Encoding", "chunked");
        }
        return lines.end();
    }

    private static boolean isWebsocket(HttpFields fields) {
        return tokens(fields, HttpHeader.CONNECTION).contains("upgrade")
                && tokens(fields, HttpHeader.UPGRADE).equals(Set.of(WEBSOCKET));
    }

    static byte[] answer(MessageReader.Head head, boolean chunked, boolean stays, boolean since11) {
        Lines lines = new Lines(statusLine(head));
        lines.fields(head.fields(), false);
        if (chunked) {
            lines.field("Transfer-Encoding", "chunked");
        }
        if (!stays) {
            lines.field("Connection", "close");
        } else if (!since11) {
            lines.field("Connection", "keep-alive");
        }
        return lines.end();
    }

    static byte[] interim(MessageReader.Head head) {
        Lines lines = new Lines(statusLine(head));
        lines.fields(head.fields(), false);
        return lines.end();
    }

    static byte[] switched(MessageReader.Head head) {
        Lines lines = new Lines(statusLine(head));
        lines.fields(head.fields(), false);
        lines.field("Connection", "Upgrade");
        lines.field("Upgrade", head.fields().get(HttpHeader.UPGRADE));
        return lines.end();
    }

    private static String statusLine(MessageReader.Head head) {
        return "HTTP/1.1 " + head.status() + ' ' + (head.reason() == null ? "" : head.reason());
    }

    static byte[] refusal(Status status, String reason, boolean stays) {
        byte[] text = (reason + '\n').getBytes(StandardCharsets.UTF_8);
        Lines lines = new Lines("HTTP/1.1 " + status.code() + ' ' + status.phrase());
        lines.field("Content-Type", "text/plain; charset=utf-8");
        lines.field("Content-Length", String.valueOf(text.length));
        lines.field("Cache-Control", "no-store");
        lines.field("Proxy-Status", "cloakwork; error=" + status.error());
        if (status == Status.NO_AUTHENTICATION) {
            lines.field("Proxy-Authenticate", "Basic realm=\"Cloakwork\"");
        }
        if (!stays) {
            lines.field("Connection", "close");
        }
        return join(lines.end(), text);
    }

    static byte[] chunk(byte[] piece) {
        return join(join((Integer.toHexString(piece.length) + "\r\n").getBytes(StandardCharsets.US_ASCII), piece),
                NEW_LINE);
    }

    static byte[] lastChunk(HttpFields trailers) {
        Lines lines = new Lines("0");
        lines.fields(trailers, false);
        return lines.end();
    }

    static byte[] join(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static final class Lines {

        private final StringBuilder text = new StringBuilder();

        Lines(String first) {
            text.append(first).append("\r\n");
        }

        void field(String name, String value) {
            text.append(name).append(": ").append(value == null ? "" : value).append("\r\n");
        }

        void fields(HttpFields fields, boolean withoutHost) {
            Set<String> left = new HashSet<>(NOT_PASSED);
            left.addAll(tokens(fields, HttpHeader.CONNECTION));
            if (withoutHost) {
                left.add("host");
            }
            for (HttpField field : fields) {
                if (!left.contains(field.getLowerCaseName())) {
                    field(field.getName(), field.getValue());
                }
            }
        }

        byte[] end() {
            return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        }
    }
}
