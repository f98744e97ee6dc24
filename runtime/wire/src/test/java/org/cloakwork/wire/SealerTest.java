package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.cloakwork.spi.runtime.Randomness;
import org.junit.jupiter.api.Test;

/** Secrets under a passphrase. */
class SealerTest {

    private static final Randomness RANDOM = new SecureRandom()::nextBytes;
    private static final byte[] SECRET = "thirty-two bytes of a secret key".getBytes();

    private static Sealer sealer(String passphrase) {
        return new Sealer(passphrase.getBytes(), RANDOM);
    }

    @Test
    void whatIsSealedIsOpenedWithThePassphraseAndTheNameOnly() throws WireException {
        Sealer first = sealer("correct horse");
        byte[] sealed = first.seal(SECRET, "a");
        assertArrayEquals(SECRET, first.open(sealed, "a"));
        assertArrayEquals(SECRET, sealer("correct horse").open(sealed, "a"));
        assertThrows(WireException.class, () -> sealer("correct horsf").open(sealed, "a"));
        assertThrows(WireException.class, () -> first.open(sealed, "b"));
        assertFalse(Arrays.equals(sealed, first.seal(SECRET, "a")));
    }

    @Test
    void eachByteCounts() {
        Sealer sealer = sealer("p");
        byte[] sealed = sealer.seal(SECRET, "a");
        // The costs are tried below: changed, they may be ones that take minutes.
        for (int i = 9; i < sealed.length; i += i < 25 ? 8 : 1) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThrows(WireException.class, () -> sealer.open(changed, "a"), "byte " + i);
        }
    }

    @Test
    void whoWroteItDoesNotDecideHowMuchMemoryOrTimeItTakes() {
        Sealer sealer = sealer("p");
        byte[] sealed = sealer.seal(SECRET, "a");
        for (int[] costs : new int[][]{{Integer.MAX_VALUE, 1}, {32_768, Integer.MAX_VALUE}, {-1, 1}, {0, 1}, {64, 0}}) {
            byte[] greedy = sealed.clone();
            ByteBuffer.wrap(greedy, 1, 8).putInt(costs[0]).putInt(costs[1]);
            String message = assertThrows(WireException.class, () -> sealer.open(greedy, "a")).getMessage();
            assertEquals("sealed with " + costs[0] + " KiB and " + costs[1]
                    + " passes; allowed are 8 to 262144 and 1 to 64", message);
        }
        assertThrows(WireException.class, () -> sealer.open(new byte[0], "a"));
        assertThrows(WireException.class, () -> sealer.open(new byte[100], "a"));
    }

    /** RFC 9106, 5.3. */
    @Test
    void theKeyIsOfTheArgon2idOfTheStandard() {
        byte[] password = new byte[32];
        byte[] salt = new byte[16];
        byte[] secret = new byte[8];
        byte[] additional = new byte[12];
        Arrays.fill(password, (byte) 1);
        Arrays.fill(salt, (byte) 2);
        Arrays.fill(secret, (byte) 3);
        Arrays.fill(additional, (byte) 4);
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13).withMemoryAsKB(32).withIterations(3)
                .withParallelism(4).withSalt(salt).withSecret(secret).withAdditional(additional).build());
        byte[] tag = new byte[32];
        generator.generateBytes(password, tag);
        assertEquals("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659",
                HexFormat.of().formatHex(tag));
    }
}
