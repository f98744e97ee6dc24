package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.doors.Entrance;
import org.cloakwork.itests.fuzz.Hidden;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.spi.control.ConfigurationFile;
import org.cloakwork.spi.frontend.Access;
import org.cloakwork.spi.runtime.PartConfiguration;

/** Files of etc/, and what parts read in them. */
public final class ConfigurationFiles implements Target {

    private static final List<MethodHandle> PARTS = List.of(
            MethodHandles.insertArguments(Hidden.method("org.cloakwork.proxy.ProxyConfiguration", "of", 3), 0, "socks5",
                    1080),
            Hidden.method("org.cloakwork.frontend.exit.ExitConfiguration", "of", 1),
            Hidden.method("org.cloakwork.frontend.websocket.Settings", "of", 1));

    @Override
    public String name() {
        return "configuration";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.of("topology = nym-api\ncover = poisson\n# a remark\nclient.state=~/x\n",
                "host = 127.0.0.1\nport = 1977\nallowed-origins = http://localhost:3000, https://a.example\n"
                        + "token = 0123456789abcdef\nmaximum-message-bytes = 1024\n",
                "exit = 7DMrnWxd7zTegV3wVAdt9TtxR27ZWzRUwW3JxRBA\nmode = plain\nisolate = user\nwindows = false\n",
                "policy = accept *:443, accept 192.0.2.0/24:80-90, reject *:*\nallow-private = true\n",
                "key\\ with\\:more = a\\\n  b\\u00e9\n! remark\n", "\ufeffport = 1\n", "host = ::1\nport = -0\n");
    }

    @Override
    public List<String> words() {
        return List.of("host = ", "port = ", "token = ", "allowed-origins = ", "policy = ", "exit = ", "isolate = ",
                "max-connections = ", "silence-millis = ", "\\u00", "\\\n", "true", "0x1f", "1e3", "[::1]",
                "localhost");
    }

    @Override
    public long maxAllocatedBytes(int inputBytes) {
        return 512 * 1024 + 1024L * inputBytes;
    }

    @Override
    public void check(byte[] input) throws Exception {
        ConfigurationFile file = ConfigurationFile.of(input);
        file.faults().forEach(fault -> require(fault.line() >= 0 && fault.text().length() <= 500
                && fault.text().lines().count() == 1, "said is: " + fault));
        Map<String, String> read = new HashMap<>(file.values());
        // Another file.
        read.remove("policy-file");
        for (MethodHandle part : PARTS) {
            try {
                Hidden.call(part, PartConfiguration.ofProperties("front-end some", read));
            } catch (IllegalArgumentException e) {
                require(e.getMessage().startsWith("front-end some: "), "said is: " + e.getMessage());
            }
        }
        try {
            Entrance entrance = Entrance.of(PartConfiguration.ofProperties("front-end some", read), 1,
                    Access.SAME_USER);
            require(entrance.uri("ws", entrance.port()).getHost() != null, "no address to connect to");
            require(entrance.host().isLoopbackAddress() || entrance.token().isPresent(), "open to all");
        } catch (IllegalArgumentException e) {
            require(e.getMessage().startsWith("front-end some: "), "said is: " + e.getMessage());
        }
    }
}
