package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderResponse;

/** What exits answer, all versions. */
public final class ProviderResponses implements Target {

    @Override
    public String name() {
        return "provider-responses";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Stream.concat(Seeds.bytes("socks5.json", "bytes"),
                Stream.of(new byte[] {'X', 1, 3, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0},
                        new byte[] {3, 1, 3, 3, 2, 1, 0, 1, 1, 0, 10, '1', '.', '2', '.', '3', '.', '0', '/', '2', '4',
                        80,
                            80}));
    }

    @Override
    public List<String> words() {
        return List.of("binary_name", "build_information", "interface_version", "provider_version", "Versioned",
                "{\\\"type\\\":\\\"Legacy\\\"}", "*6", "/24", "2001:db8::");
    }

    @Override
    public long maxAllocatedBytes(int inputBytes) {
        // A rule of four bytes is a pattern that is matched.
        return 256 * 1024 + 1024L * inputBytes;
    }

    @Override
    public void check(byte[] input) throws WireException {
        ProviderResponse response;
        try {
            response = ProviderResponse.parse(input);
        } catch (WireException e) {
            require(e.getMessage().length() <= 400, "an error of " + e.getMessage().length() + " characters");
            return;
        }
        requireSame(response, ProviderResponse.parse(response.bytes()));
        if (response instanceof ProviderResponse.ConnectionError error) {
            ConnectFailure.of(error.message());
        }
    }
}
