package org.cloakwork.client.base;

import java.util.List;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.PacketDraft;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * How a client seals and opens what travels: packets and acknowledgements between clients, frames between a client and
 * its gateway. Nym's way, or for long simulations none that costs time. Safe for use by many threads.
 */
public interface Cryptography {

    /** Nym's. */
    Cryptography NYM = new NymCryptography();

    /** Makes packets, each with an acknowledgement inside. */
    interface Packets {

        /**
         * @param drafts what to make packets of
         * @return the packets in the order of the drafts
         */
        List<PreparedPacket> prepare(List<PacketDraft> drafts);
    }

    /**
     * @param format     seals packets
     * @param ackKey     of the sender
     * @param randomness drawn from
     * @return what makes packets
     */
    Packets packets(PacketFormat format, AckKey ackKey, Randomness randomness);

    /**
     * @param delivered an acknowledgement, perhaps
     * @param key       of this client
     * @return what is acknowledged; noise may look like an id, so it must be looked up
     * @throws WireException if it is none
     */
    FragmentId openAck(byte[] delivered, AckKey key) throws WireException;

    /**
     * @param delivered by the gateway
     * @param own       key of this client
     * @return fragment or cover; noise if it was not for this key
     * @throws WireException if it is too short
     */
    byte[] open(byte[] delivered, EncryptionKeyPair own) throws WireException;

    /**
     * @param delivered by the gateway
     * @param key       of the reply block it was sent with
     * @return the fragment
     * @throws WireException if it is too short
     */
    byte[] openReply(byte[] delivered, ReplyKey key) throws WireException;

    /**
     * @param packet          for the gateway
     * @param protocolVersion negotiated with it
     * @param key             shared with it
     * @param randomness      drawn from
     * @return the frame
     */
    byte[] sealFrame(MixPacket packet, int protocolVersion, GatewaySharedKey key, Randomness randomness);

    /**
     * @param frame of the gateway
     * @param key   shared with it
     * @return what was delivered
     * @throws WireException if it is malformed or was not sealed with this key
     */
    byte[] openFrame(byte[] frame, GatewaySharedKey key) throws WireException;
}
