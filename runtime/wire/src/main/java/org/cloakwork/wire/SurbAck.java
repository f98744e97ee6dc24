package org.cloakwork.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.PacketFormat.SealRequest;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.AesCtr;

/**
 * The acknowledgement every data packet brings along: its first hop (19, zero-padded) and a finished packet (386) back
 * to the sender, which the last gateway sends on. Only its sender can read which fragment it is for. Source:
 * protocol/3-messages, 4.
 */
public final class SurbAck {

    /** First hop and packet. */
    public static final int LENGTH = NodeAddress.SHORT_LENGTH + PacketSize.ACK.packetLength();
    /** What the sender gets back. */
    public static final int DELIVERED_LENGTH = PacketSize.ACK.deliveredLength();

    private SurbAck() {
    }

    /**
     * What the last gateway finds in a data packet.
     *
     * @param ackFirstHop where to send the acknowledgement
     * @param ackPacket   the acknowledgement, of size {@link PacketSize#ACK}
     * @param message     for the client, may be empty
     */
    public record FinalHop(NodeAddress ackFirstHop, byte[] ackPacket, byte[] message) {
    }

    /**
     * Makes acknowledgements, all sealed with one call.
     *
     * @param format     seals the packets
     * @param routes     back to the sender
     * @param key        the sender's
     * @param ids        what is acknowledged, as many as routes
     * @param randomness drawn from: an IV (16) for each, then what the packet format draws
     * @return the {@link #LENGTH} bytes of each
     */
    public static List<byte[]> create(PacketFormat format, List<Route> routes, AckKey key, List<FragmentId> ids,
            Randomness randomness) {
        List<SealRequest> requests = new ArrayList<>(routes.size());
        for (int i = 0; i < routes.size(); i++) {
            byte[] iv = randomness.bytes(AesCtr.IV_LENGTH);
            requests.add(new SealRequest(routes.get(i),
                    Bytes.concat(iv, AesCtr.apply(key.bytes(), iv, ids.get(i).bytes())),
                    PacketSize.ACK.payloadLength()));
        }
        List<byte[]> packets = format.seal(requests, randomness);
        List<byte[]> acks = new ArrayList<>(packets.size());
        for (int i = 0; i < packets.size(); i++) {
            acks.add(Bytes.concat(routes.get(i).hops().getFirst().address().padded(NodeAddress.SHORT_LENGTH),
                    packets.get(i)));
        }
        return acks;
    }

    /**
     * @param delivered what the gateway delivered, exactly {@link #DELIVERED_LENGTH} bytes
     * @param key       the client's own
     * @return what is acknowledged; noise may look like an id, so it must be looked up
     * @throws WireException if the length is wrong or there is no id inside
     */
    public static FragmentId open(byte[] delivered, AckKey key) throws WireException {
        if (delivered.length != DELIVERED_LENGTH) {
            throw new WireException("an acknowledgement is " + DELIVERED_LENGTH + " bytes, not " + delivered.length);
        }
        byte[] iv = Arrays.copyOf(delivered, AesCtr.IV_LENGTH);
        return FragmentId.parse(AesCtr.apply(key.bytes(), iv,
                Arrays.copyOfRange(delivered, AesCtr.IV_LENGTH, delivered.length)));
    }

    /**
     * Takes the acknowledgement off at the last gateway. Not for packets of size {@link PacketSize#ACK}: those have
     * none and go to the client as they are.
     *
     * @param plaintext what the last hop got out of a Sphinx packet
     * @return its parts
     * @throws WireException if there is no acknowledgement in front; the packet is dropped then
     */
    public static FinalHop split(byte[] plaintext) throws WireException {
        if (plaintext.length < LENGTH) {
            throw new WireException("a final packet of " + plaintext.length + " bytes has no acknowledgement");
        }
        return new FinalHop(Bytes.nodeAddress(plaintext, 0),
                Arrays.copyOfRange(plaintext, NodeAddress.SHORT_LENGTH, LENGTH),
                Arrays.copyOfRange(plaintext, LENGTH, plaintext.length));
    }
}
