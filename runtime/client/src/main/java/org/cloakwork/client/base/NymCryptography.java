package org.cloakwork.client.base;

import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.PacketPreparer;
import org.cloakwork.wire.PayloadEncryption;
import org.cloakwork.wire.SurbAck;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.ReplyKey;
import org.cloakwork.wire.gateway.BinaryRequest;
import org.cloakwork.wire.gateway.BinaryResponse;

/** What the wire formats say, with a fresh ephemeral key for every packet. */
final class NymCryptography implements Cryptography {

    @Override
    public Packets packets(PacketFormat format, AckKey ackKey, Randomness randomness) {
        return new PacketPreparer(format, ackKey, randomness, () -> EncryptionKeyPair.generate(randomness))::prepare;
    }

    @Override
    public FragmentId openAck(byte[] delivered, AckKey key) throws WireException {
        return SurbAck.open(delivered, key);
    }

    @Override
    public byte[] open(byte[] delivered, EncryptionKeyPair own) throws WireException {
        return PayloadEncryption.open(delivered, own);
    }

    @Override
    public byte[] openReply(byte[] delivered, ReplyKey key) throws WireException {
        return PayloadEncryption.openReply(delivered, key);
    }

    @Override
    public byte[] sealFrame(MixPacket packet, int protocolVersion, GatewaySharedKey key, Randomness randomness) {
        return BinaryRequest.of(packet, protocolVersion).seal(key, randomness);
    }

    @Override
    public byte[] openFrame(byte[] frame, GatewaySharedKey key) throws WireException {
        return BinaryResponse.open(frame, key).message();
    }
}
