package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Hidden;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ExitPolicy;

/** Where an exit may connect to, as text, and what it is asked to connect to. */
public final class ExitPolicies implements Target {

    private static final String TARGET = "org.cloakwork.frontend.exit.Target";
    private static final MethodHandle PARSE = Hidden.method(TARGET, "parse", 1);
    private static final MethodHandle HOST = Hidden.method(TARGET, "host", 0);
    private static final MethodHandle PORT = Hidden.method(TARGET, "port", 0);
    private static final List<InetAddress> ADDRESSES =
            Stream.of("0.0.0.0", "127.0.0.1", "192.0.2.1", "255.255.255.255", "::", "2001:db8::1", "::ffff:1.2.3.4")
                    .map(NodeAddress::parseIp).toList();

    @Override
    public String name() {
        return "exit-policies";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.of("ExitPolicy accept *:443\nExitPolicy reject *:*",
                "ExitPolicy accept6 [2001:db8::]/32:80-90 # x",
                "# nothing\n\nExitPolicy reject *4:0\r\nExitPolicy accept *6:*",
                "ExitPolicy accept 192.0.2.0/24:1-65535",
                "example.org:443", "[2001:db8::1]:80", "2001:db8:1:0:0:0:0:3:80", "1.2.3.4:65535", ":1", "a:");
    }

    @Override
    public List<String> words() {
        return List.of("ExitPolicy ", "accept ", "reject ", "accept6 ", "reject6 ", "*:", "*4:", "*6:", "/0", ":*");
    }

    @Override
    public void check(byte[] input) throws Exception {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            ExitPolicy policy = ExitPolicy.parse(text);
            requireSame(policy, ExitPolicy.parse(policy.toString()));
            for (InetAddress address : ADDRESSES) {
                boolean accepted = policy.accepts(address, 80);
                require(!accepted || policy.rules().stream().anyMatch(rule -> rule.action().accepts()
                        && rule.fits(address, 80)), "accepted by no rule");
            }
        } catch (WireException e) {
            require(e.getMessage().startsWith("line ") || e.getMessage().startsWith("more than "), e.getMessage());
        }
        try {
            Object target = Hidden.call(PARSE, text);
            int port = (int) Hidden.call(PORT, target);
            String host = (String) Hidden.call(HOST, target);
            require(port > 0 && port <= 0xffff && !host.isEmpty() && host.length() <= 255, "target " + target);
            requireSame(target, Hidden.call(PARSE, host + ":" + port));
        } catch (IOException e) {
            // not one
        }
    }
}
