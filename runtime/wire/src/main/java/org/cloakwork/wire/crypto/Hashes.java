package org.cloakwork.wire.crypto;

import org.bouncycastle.crypto.digests.Blake3Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/** BLAKE3 with 32 bytes of output, and what is built on it. Source: protocol/4-gateway, 3. */
public final class Hashes {

    public static final int BLAKE3_LENGTH = 32;

    private static final int BITS = 8 * BLAKE3_LENGTH;

    private Hashes() {
    }

    /**
     * @param parts hashed one after the other
     * @return 32 bytes
     */
    public static byte[] blake3(byte[]... parts) {
        Blake3Digest digest = new Blake3Digest(BITS);
        for (byte[] part : parts) {
            digest.update(part, 0, part.length);
        }
        byte[] out = new byte[BLAKE3_LENGTH];
        digest.doFinal(out, 0);
        return out;
    }

    /**
     * HMAC (RFC 2104) over plain BLAKE3 with blocks of 64 bytes; this is not BLAKE3's own keyed mode.
     *
     * @param key  any length
     * @param data what is authenticated
     * @return 32 bytes
     */
    public static byte[] hmacBlake3(byte[] key, byte[] data) {
        HMac mac = new HMac(new Blake3Digest(BITS));
        mac.init(new KeyParameter(key));
        mac.update(data, 0, data.length);
        byte[] out = new byte[BLAKE3_LENGTH];
        mac.doFinal(out, 0);
        return out;
    }

    /**
     * HKDF (RFC 5869) over {@link #hmacBlake3}.
     *
     * @param saltOrNull null is the same as 32 zero bytes
     * @param ikm        input key material
     * @param info       context, may be empty
     * @param length     bytes wanted, at most 255 * 32
     * @return that many bytes
     */
    public static byte[] hkdfBlake3(byte[] saltOrNull, byte[] ikm, byte[] info, int length) {
        HKDFBytesGenerator hkdf = new HKDFBytesGenerator(new Blake3Digest(BITS));
        hkdf.init(new HKDFParameters(ikm, saltOrNull, info));
        byte[] out = new byte[length];
        hkdf.generateBytes(out, 0, length);
        return out;
    }
}
