package org.cloakwork.localnet.node;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.crypto.EncryptionKeyPair;

/** A node as its network lists it, and its Sphinx keys, which change. */
public final class NetworkNode {

    private final long id;
    private final NodeAddress address;
    private final Optional<Node.Entry> entry;
    private final IdentityKey identity;
    private final Unwrapper unwrapper;
    private volatile EncryptionKeyPair key;
    private EncryptionKeyPair next;

    /**
     * @param id        in the directory
     * @param address   for mix packets
     * @param entry     for clients; empty: a mix
     * @param identity  of the node
     * @param key       of the present rotation
     * @param unwrapper which has that key
     */
    public NetworkNode(long id, NodeAddress address, Optional<Node.Entry> entry, IdentityKey identity,
            EncryptionKeyPair key, Unwrapper unwrapper) {
        this.id = id;
        this.address = address;
        this.entry = entry;
        this.identity = identity;
        this.key = key;
        this.unwrapper = unwrapper;
    }

    /** {@return whether clients connect to it} */
    public boolean isGateway() {
        return entry.isPresent();
    }

    /**
     * @param nextKey  packets for it are taken from now on
     * @param rotation it belongs to
     */
    void announce(EncryptionKeyPair nextKey, KeyRotation rotation) {
        next = nextKey;
        unwrapper.announce(new SphinxPrivateKey(nextKey.privateBytes()), rotation);
    }

    /** The key that was announced is the present one, and listed, from now on. */
    void rotate() {
        key = next;
        unwrapper.rotate();
    }

    /** Packets for the key before are dropped from now on. */
    void forgetPrevious() {
        unwrapper.forgetPrevious();
    }

    /** {@return the node as the directory has it now, with its present key} */
    public Node listed() {
        return new Node(id, address, entry, identity, key.publicKey(),
                isGateway() ? Set.of(Node.Role.ENTRY, Node.Role.EXIT) : Set.of(Node.Role.MIXNODE), OptionalInt.of(100));
    }
}
