package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.Pem;
import org.cloakwork.wire.WireException;

/** Key files. */
public final class PemFiles implements Target {

    @Override
    public String name() {
        return "pem";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Stream.concat(Seeds.texts("addresses.json", "text").filter(text -> text.length > 0 && text[0] == '-'),
                Stream.of(Pem.values()).filter(pem -> pem != Pem.ACK_KEY)
                        .map(pem -> pem.encode(new byte[32]).getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public List<String> words() {
        return List.of("-----BEGIN ", "-----END ", "-----", "\r\n", "ED25519 PRIVATE KEY", "AES-128-CTR");
    }

    @Override
    public int maxInputBytes() {
        return 5000;
    }

    @Override
    public long maxAllocatedBytes(int inputBytes) {
        return 256 * 1024 + 1024L * inputBytes;
    }

    @Override
    public void check(byte[] input) throws WireException {
        String text = new String(input, StandardCharsets.US_ASCII);
        for (Pem pem : Pem.values()) {
            byte[] key;
            try {
                key = pem.decode(text);
            } catch (WireException e) {
                require(e.getMessage().length() <= 100, "an error shows the file");
                continue;
            }
            requireSame(key, pem.decode(pem.encode(key)));
        }
    }
}
