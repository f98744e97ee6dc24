package org.cloakwork.frontend.web.tls;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * The certification authorities that are trusted: the name and the key of each, found by name.
 *
 * @param bySubject authorities by the DER of their name
 */
record TrustAnchors(Map<ByteBuffer, List<TrustAnchor>> bySubject) {

    /**
     * @param subject name
     * @param key public key
     * @param notAfterMillis when it ends, in milliseconds since 1970
     */
    record TrustAnchor(X500Name subject, SubjectPublicKeyInfo key, long notAfterMillis) {
    }

    /**
     * @param encoded for each: 4 bytes with the day after 1970 on which it ends, then name and key in DER, each with
     *     its length in 2 bytes before it; numbers big-endian
     * @throws IllegalArgumentException when it is something else
     */
    static TrustAnchors decode(byte[] encoded) {
        Map<ByteBuffer, List<TrustAnchor>> anchors = new HashMap<>();
        ByteBuffer in = ByteBuffer.wrap(encoded);
        try {
            while (in.hasRemaining()) {
                long notAfter = in.getInt() * 86_400_000L;
                byte[] subject = new byte[in.getShort() & 0xffff];
                in.get(subject);
                byte[] key = new byte[in.getShort() & 0xffff];
                in.get(key);
                anchors.computeIfAbsent(ByteBuffer.wrap(subject), name -> new ArrayList<>()).add(new TrustAnchor(
                        X500Name.getInstance(subject), SubjectPublicKeyInfo.getInstance(key), notAfter));
            }
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("the list of trusted authorities ends within an entry", e);
        }
        return new TrustAnchors(anchors);
    }

    /** Those of this name, in DER. */
    List<TrustAnchor> of(byte[] name) {
        return bySubject.getOrDefault(ByteBuffer.wrap(name), List.of());
    }
}
