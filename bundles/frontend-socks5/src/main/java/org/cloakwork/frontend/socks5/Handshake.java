package org.cloakwork.frontend.socks5;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.cloakwork.proxy.Target;
import org.cloakwork.wire.socks5.ConnectFailure;

/**
 * What an application says before its data: SOCKS 4, 4a, or 5 with no authentication or user and password. The password
 * is not looked at; the user is whom the connections belong to. Sources: RFC 1928, RFC 1929, and the SOCKS 4 and 4a
 * memos.
 *
 * @param version 4 or 5
 * @param target  where to
 * @param user    empty if none was given
 */
record Handshake(int version, Target target, Optional<String> user) {

    private static final int CONNECT = 1;
    private static final int NO_AUTHENTICATION = 0;
    private static final int USER_PASSWORD = 2;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int LONGEST_TEXT = 255;
    private static final byte SOCKS4_GRANTED = 0x5a;
    private static final byte SOCKS4_FAILED = 0x5b;

    static final int COMMAND_NOT_SUPPORTED = 7;
    static final int ADDRESS_NOT_SUPPORTED = 8;

    /** It is not SOCKS; where there is an answer to that, it has been given. */
    static final class MalformedException extends IOException {

        private static final long serialVersionUID = 1L;

        private final Fault fault;

        private MalformedException(String message, boolean unsupported) {
            this(message, unsupported ? Fault.UNSUPPORTED : Fault.MALFORMED);
        }

        private MalformedException(String message, Fault fault) {
            super(message);
            this.fault = fault;
        }

        Fault fault() {
            return fault;
        }
    }

    enum Fault {
        /** It is no SOCKS. */
        MALFORMED,
        /** It is SOCKS, but nothing we do. */
        UNSUPPORTED,
        /** It is a request to an HTTP proxy. */
        HTTP
    }

    private static final byte[] HTTP_ANSWER = ("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
            + "Content-Type: text/plain\r\n\r\nThis is a SOCKS port: say socks5h://HOST:PORT where a program asks for "
            + "a proxy, or add http to the front-ends and take its port.\n").getBytes(StandardCharsets.US_ASCII);

    /**
     * @param in  from the application
     * @param out to it
     * @return what it wants; not answered yet
     * @throws MalformedException if it is no SOCKS, or something else than CONNECT
     * @throws IOException        if the application left
     */
    static Handshake read(InputStream in, OutputStream out) throws IOException {
        DataInputStream data = new DataInputStream(in);
        int version = data.readUnsignedByte();
        return switch (version) {
            case 4 -> readSocks4(data, out);
            case 5 -> readSocks5(data, out);
            // Methods of HTTP begin with a letter.
            case 'C', 'D', 'G', 'H', 'O', 'P', 'T' -> {
                out.write(HTTP_ANSWER);
                throw new MalformedException("HTTP", Fault.HTTP);
            }
            default -> throw new MalformedException("version " + version, false);
        };
    }

    private static Handshake readSocks4(DataInputStream in, OutputStream out) throws IOException {
        int command = in.readUnsignedByte();
        int port = in.readUnsignedShort();
        byte[] address = in.readNBytes(4);
        if (address.length < 4) {
            throw new EOFException();
        }
        String user = untilNull(in);
        boolean named = address[0] == 0 && address[1] == 0 && address[2] == 0 && address[3] != 0;
        String host = named ? untilNull(in) : Target.ipv4(address);
        if (command != CONNECT || host.isEmpty()) {
            out.write(socks4Reply(SOCKS4_FAILED));
            throw new MalformedException("command " + command, command != CONNECT);
        }
        return new Handshake(4, new Target(host, port), Optional.of(user).filter(text -> !text.isEmpty()));
    }

    private static String untilNull(DataInputStream in) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int next = in.readUnsignedByte(); next != 0; next = in.readUnsignedByte()) {
            if (text.size() == LONGEST_TEXT) {
                throw new MalformedException("a text of more than " + LONGEST_TEXT + " bytes", false);
            }
            text.write(next);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private static Handshake readSocks5(DataInputStream in, OutputStream out) throws IOException {
        byte[] methods = text(in);
        int method = 0xff;
        for (byte offered : methods) {
            // Whoever offers both has a user to tell.
            if (offered == USER_PASSWORD || offered == NO_AUTHENTICATION && method == 0xff) {
                method = offered;
            }
        }
        out.write(new byte[] {5, (byte) method});
        out.flush();
        Optional<String> user = Optional.empty();
        if (method == 0xff) {
            throw new MalformedException("none of the methods offered is known", true);
        } else if (method == USER_PASSWORD) {
            if (in.readUnsignedByte() != 1) {
                throw new MalformedException("authentication of another version", false);
            }
            user = Optional.of(new String(text(in), StandardCharsets.UTF_8)).filter(name -> !name.isEmpty());
            text(in);
            out.write(new byte[] {1, 0});
            out.flush();
        }
        if (in.readUnsignedByte() != 5) {
            throw new MalformedException("a request of another version", false);
        }
        int command = in.readUnsignedByte();
        in.readUnsignedByte();
        int type = in.readUnsignedByte();
        String host;
        switch (type) {
            case IPV4 -> host = Target.ipv4(exactly(in, 4));
            case NAME -> host = new String(text(in), StandardCharsets.UTF_8);
            case IPV6 -> host = Target.ipv6(exactly(in, 16));
            default -> {
                out.write(socks5Reply(ADDRESS_NOT_SUPPORTED));
                throw new MalformedException("address of type " + type, true);
            }
        }
        int port = in.readUnsignedShort();
        if (command != CONNECT) {
            out.write(socks5Reply(COMMAND_NOT_SUPPORTED));
            throw new MalformedException("command " + command, true);
        }
        if (host.isEmpty()) {
            out.write(socks5Reply(ConnectFailure.GENERAL.socks5Reply()));
            throw new MalformedException("an empty name", false);
        }
        return new Handshake(5, new Target(host, port), user);
    }

    private static byte[] text(DataInputStream in) throws IOException {
        return exactly(in, in.readUnsignedByte());
    }

    private static byte[] exactly(DataInputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /** {@return the answer that the connection is there} */
    byte[] granted() {
        return version == 4 ? socks4Reply(SOCKS4_GRANTED) : socks5Reply(0);
    }

    /** {@return the answer that it is not, as exactly as the version can say} */
    byte[] failed(ConnectFailure failure) {
        return version == 4 ? socks4Reply(SOCKS4_FAILED) : socks5Reply(failure.socks5Reply());
    }

    private static byte[] socks4Reply(byte code) {
        return new byte[] {0, code, 0, 0, 0, 0, 0, 0};
    }

    /** The address of the exit's socket is nobody's business: all zeros. */
    private static byte[] socks5Reply(int code) {
        return new byte[] {5, (byte) code, 0, IPV4, 0, 0, 0, 0, 0, 0};
    }
}
