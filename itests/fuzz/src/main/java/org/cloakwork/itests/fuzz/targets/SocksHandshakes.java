package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Hidden;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.Versions;

/** What applications say to the SOCKS port: 4, 4a, 5. */
public final class SocksHandshakes implements Target {

    private static final String HANDSHAKE = "org.cloakwork.frontend.socks5.Handshake";
    private static final MethodHandle READ = Hidden.method(HANDSHAKE, "read", 2);
    private static final MethodHandle VERSION = Hidden.method(HANDSHAKE, "version", 0);
    private static final MethodHandle TARGET = Hidden.method(HANDSHAKE, "target", 0);
    private static final MethodHandle USER = Hidden.method(HANDSHAKE, "user", 0);
    private static final MethodHandle GRANTED = Hidden.method(HANDSHAKE, "granted", 0);
    private static final MethodHandle FAILED = Hidden.method(HANDSHAKE, "failed", 1);
    /** Methods, authentication and a refusal. */
    private static final int MAX_ANSWER_BYTES = 14;
    /** A page for who speaks HTTP. */
    private static final int MAX_PAGE_BYTES = 300;
    private static final int LONGEST_TEXT = 255;

    @Override
    public String name() {
        return "socks";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Stream.of(new byte[] {4, 1, 0, 80, 1, 2, 3, 4, 'u', 0},
                new byte[] {4, 1, 0, 80, 0, 0, 0, 1, 0, 'a', '.', 'b', 0},
                new byte[] {5, 1, 0, 5, 1, 0, 1, 1, 2, 3, 4, 0, 80},
                new byte[] {5, 2, 0, 2, 1, 1, 'u', 1, 'p', 5, 1, 0, 3, 3, 'a', '.', 'b', 1, (byte) 0xbb},
                new byte[] {5, 1, 0, 5, 1, 0, 4, 0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80},
                new byte[] {5, 1, 9}, new byte[] {5, 1, 0, 5, 2, 0, 1, 1, 2, 3, 4, 0, 80}, new byte[] {'G', 'E', 'T'});
    }

    @Override
    public int maxInputBytes() {
        return 1024;
    }

    @Override
    public void check(byte[] input) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Object handshake;
        try {
            handshake = Hidden.call(READ, new ByteArrayInputStream(input), out);
        } catch (IOException e) {
            boolean http = input.length > 0 && Character.isUpperCase(input[0]);
            require(out.size() <= (http ? MAX_PAGE_BYTES : MAX_ANSWER_BYTES), "a refusal of " + out.size() + " bytes");
            return;
        }
        int version = (int) Hidden.call(VERSION, handshake);
        String target = Hidden.call(TARGET, handshake).toString();
        Optional<?> user = (Optional<?>) Hidden.call(USER, handshake);
        require(version == input[0] && Arrays.equals(answer(input), out.toByteArray()),
                "version " + version + " and an answer of " + Arrays.toString(out.toByteArray()));
        int colon = target.lastIndexOf(':');
        int port = Integer.parseInt(target.substring(colon + 1));
        require(colon > 0 && colon <= LONGEST_TEXT && port >= 0 && port <= 0xffff, "target " + target);
        require(user.map(name -> ((String) name).length()).orElse(1) > 0
                && user.map(name -> ((String) name).length()).orElse(0) <= LONGEST_TEXT, "user of a wrong length");
        ProviderRequest.Connect connect = (ProviderRequest.Connect) ProviderRequest.parse(
                new ProviderRequest.Connect(Versions.CURRENT, 1, target, Optional.empty()).bytes());
        require(Arrays.equals(target.getBytes(StandardCharsets.UTF_8),
                connect.target().getBytes(StandardCharsets.UTF_8)), "the exit reads another target");
        byte[] granted = (byte[]) Hidden.call(GRANTED, handshake);
        require(granted.length == (version == 4 ? 8 : 10), "an answer of " + granted.length + " bytes");
        for (ConnectFailure failure : ConnectFailure.values()) {
            byte[] failed = (byte[]) Hidden.call(FAILED, handshake, failure);
            require(failed.length == granted.length && failed[1] != granted[1], "no refusal");
        }
    }

    /** What a request that is read was answered before it: a method; the user, if this was it, is welcome. */
    private static byte[] answer(byte[] input) {
        if (input[0] == 4) {
            return new byte[0];
        }
        int methods = input[1] & 0xff;
        for (int i = 0; i < methods; i++) {
            if (input[2 + i] == 2) {
                return new byte[] {5, 2, 1, 0};
            }
        }
        return new byte[] {5, 0};
    }
}
