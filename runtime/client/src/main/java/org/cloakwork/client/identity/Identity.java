package org.cloakwork.client.identity;

import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;

/**
 * Who a client is.
 *
 * @param identity   signs, and is the first part of the address
 * @param encryption what messages to the address are encrypted with
 * @param ackKey     acknowledgements are encrypted with
 */
public record Identity(IdentityKeyPair identity, EncryptionKeyPair encryption, AckKey ackKey) {

    /**
     * @param randomness three keys are drawn
     * @return someone new
     */
    public static Identity generate(Randomness randomness) {
        return new Identity(IdentityKeyPair.generate(randomness), EncryptionKeyPair.generate(randomness),
                AckKey.generate(randomness));
    }
}
