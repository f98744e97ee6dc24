package org.cloakwork.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.cloakwork.spi.runtime.Randomness;

/**
 * Keeps small secrets under a passphrase: a key by Argon2id (RFC 9106), then AES-256-GCM. A format of our own:
 *
 * <pre>
 * version 1 | memory in KiB, 4 | passes, 4 | salt, 16 | nonce, 12 | ciphertext | tag, 16
 * </pre>
 *
 * All before the nonce, and the name of what is sealed, is authenticated. Deriving a key takes some 0.2 s and 32 MiB,
 * once for all that one of these seals, and once for each salt that it opens. Not safe for use by many threads.
 */
public final class Sealer {

    private static final byte VERSION = 1;
    private static final int MEMORY_KIB = 32 * 1024;
    private static final int PASSES = 4;
    /** Of what is opened: whoever wrote it decides what it costs. */
    private static final int MAX_MEMORY_KIB = 256 * 1024;
    private static final int MAX_PASSES = 64;
    private static final int MIN_MEMORY_KIB = 8;
    private static final int SALT_LENGTH = 16;
    private static final int NONCE_LENGTH = 12;
    private static final int TAG_LENGTH = 16;
    private static final int KEY_LENGTH = 32;
    private static final int HEADER_LENGTH = 1 + 2 * Integer.BYTES + SALT_LENGTH;
    private static final int MAX_LENGTH = 4096;

    private final byte[] passphrase;
    private final Randomness randomness;
    private final Map<ByteBuffer, byte[]> keys = new HashMap<>();
    private byte[] header;

    /**
     * @param passphrase in UTF-8
     * @param randomness for salt and nonces
     */
    public Sealer(byte[] passphrase, Randomness randomness) {
        this.passphrase = passphrase.clone();
        this.randomness = randomness;
    }

    /**
     * @param secret up to 2 KiB
     * @param name   what it is; to be given again to open it
     * @return the secret, sealed
     */
    public byte[] seal(byte[] secret, String name) {
        if (header == null) {
            header = ByteBuffer.allocate(HEADER_LENGTH).put(VERSION).putInt(MEMORY_KIB).putInt(PASSES)
                    .put(randomness.bytes(SALT_LENGTH)).array();
        }
        byte[] nonce = randomness.bytes(NONCE_LENGTH);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, header, nonce, name).doFinal(secret);
            return ByteBuffer.allocate(HEADER_LENGTH + NONCE_LENGTH + sealed.length).put(header).put(nonce).put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param sealed what {@link #seal} gave
     * @param name   what it was sealed as
     * @return the secret
     * @throws WireException if it is not sealed under this passphrase and name, or damaged
     */
    public byte[] open(byte[] sealed, String name) throws WireException {
        if (sealed.length < HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH || sealed.length > MAX_LENGTH
                || sealed[0] != VERSION) {
            throw new WireException("not sealed in a way that is known here");
        }
        byte[] its = Arrays.copyOf(sealed, HEADER_LENGTH);
        byte[] nonce = Arrays.copyOfRange(sealed, HEADER_LENGTH, HEADER_LENGTH + NONCE_LENGTH);
        int from = HEADER_LENGTH + NONCE_LENGTH;
        ByteBuffer costs = ByteBuffer.wrap(its, 1, 2 * Integer.BYTES);
        int memory = costs.getInt();
        int passes = costs.getInt();
        if (memory < MIN_MEMORY_KIB || memory > MAX_MEMORY_KIB || passes < 1 || passes > MAX_PASSES) {
            throw new WireException("sealed with " + memory + " KiB and " + passes + " passes; allowed are "
                    + MIN_MEMORY_KIB + " to " + MAX_MEMORY_KIB + " and 1 to " + MAX_PASSES);
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, its, nonce, name).doFinal(sealed, from, sealed.length - from);
        } catch (GeneralSecurityException e) {
            throw new WireException("the passphrase is another one, or the file is damaged");
        }
    }

    private Cipher cipher(int mode, byte[] its, byte[] nonce, String name) throws GeneralSecurityException {
        byte[] key = keys.computeIfAbsent(ByteBuffer.wrap(its.clone()), ignored -> derive(its));
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, nonce));
        cipher.updateAAD(its);
        cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private byte[] derive(byte[] its) {
        ByteBuffer costs = ByteBuffer.wrap(its, 1, 2 * Integer.BYTES);
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13).withMemoryAsKB(costs.getInt())
                .withIterations(costs.getInt()).withParallelism(1)
                .withSalt(Arrays.copyOfRange(its, HEADER_LENGTH - SALT_LENGTH, HEADER_LENGTH)).build());
        byte[] key = new byte[KEY_LENGTH];
        generator.generateBytes(passphrase, key);
        return key;
    }
}
