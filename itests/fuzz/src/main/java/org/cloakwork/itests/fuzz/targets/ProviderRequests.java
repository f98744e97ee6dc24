package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ProviderRequest;

/** What SOCKS clients send to an exit, all versions. */
public final class ProviderRequests implements Target {

    @Override
    public String name() {
        return "provider-requests";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Stream.concat(Seeds.bytes("socks5.json", "bytes"),
                Stream.of(new byte[] {'W', 1, 3, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0}));
    }

    @Override
    public void check(byte[] input) throws WireException {
        ProviderRequest request;
        try {
            request = ProviderRequest.parse(input);
        } catch (WireException e) {
            require(e.getMessage().length() <= 400, "an error without a limit");
            return;
        }
        requireSame(request, ProviderRequest.parse(request.bytes()));
        request.versions().answer();
    }
}
