package org.cloakwork.localnet.node;

import java.util.Arrays;
import org.cloakwork.api.IdentityKey;

/**
 * The 32 bytes a gateway knows a client by. A client that registered has its identity key there; a packet may name any
 * 32 bytes. Comparable, so that chosen addresses cannot slow a hash map down.
 */
final class ClientAddress implements Comparable<ClientAddress> {

    private final byte[] bytes;
    private final int hash;

    /** @param bytes 32 bytes; not copied, must not change afterwards */
    ClientAddress(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    static ClientAddress of(IdentityKey identity) {
        return new ClientAddress(identity.bytes());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClientAddress that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public int compareTo(ClientAddress other) {
        return Arrays.compare(bytes, other.bytes);
    }

    /** {@return nothing of the address: it is a recipient, and recipients are not logged} */
    @Override
    public String toString() {
        return "ClientAddress[hidden]";
    }
}
