package org.cloakwork.wire.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.Hashes;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.junit.jupiter.api.Test;

/** protocol/4-gateway, 14. */
class KnownAnswersTest {

    private static final String CLIENT = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
    private static final String GATEWAY = "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394";
    private static final String X = "5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22";
    private static final String Y = "ac01b2209e86354fb853237b5de0f4fab13c7fcbf433a61c019369617fecf10b";
    private static final String DH = "40e47a3f525bdcac491d418978d7db5af623ac7afe7623c6d78a5d4fce9d0f63";
    private static final String PRK = "79206431bdbbfe6e81beeb7947ec0c428bbdfc43ae881f74969081160bd04b3f";
    private static final String KEY = "1e95bf55a80cb3023397afe44f544e0296882db6fac1b23aa3c7b910cff507fe";
    private static final String SIGNATURE_Y_X = "0f4a55ec7ab9f6afc44b9a67cfbe5a966b7454b433a68c990a17626f7f7f4c6b"
            + "fb8cc3fde4787413f793b37ddf17ce6d740e492c4ae6d569f239675ad2c35e00";
    private static final String SIGNATURE_X_Y = "d8fe1d13005807449249d6e43ee8666fd1d2ba78d8f37510175bbdb5985ae3be"
            + "0cb08af3afd451109bcc3681bcc935481b4416ee9faef683b42b71550262f90d";
    private static final String M2_CIPHERTEXT = "f4bdfd324795fc580a9f95fd541ad467c3734e768e9e5064315a5e7f69d24a0b"
            + "da4bf97f8a946cc13287040d32ec660b0aacca176c576b006e221e74391ce07c493d21ef0f235467632656595b550921";
    private static final String M3_CIPHERTEXT = "0003678d755f3f51910ae03f19bb767f0a79a76f5a01630c572c87583d320607"
            + "4f630991cce5345de7b107e8d244faf5a4aafdbce1c9abe55f0a065785956ea96311e1fc5238347eb9efb6182fba4d1b";

    private final IdentityKeyPair client = IdentityKeyPair.ofSeed(filled(32, 1));
    private final IdentityKeyPair gateway = IdentityKeyPair.ofSeed(filled(32, 2));
    private final GatewaySharedKey key = new GatewaySharedKey(hex(KEY));

    @Test
    void keys() {
        EncryptionKeyPair x = EncryptionKeyPair.ofPrivate(filled(32, 3));
        EncryptionKeyPair y = EncryptionKeyPair.ofPrivate(filled(32, 4));
        assertArrayEquals(hex(CLIENT), client.publicKey().bytes());
        assertArrayEquals(hex(GATEWAY), gateway.publicKey().bytes());
        assertArrayEquals(hex(X), x.publicKey().bytes());
        assertArrayEquals(hex(Y), y.publicKey().bytes());
        assertArrayEquals(hex(DH), x.agree(y.publicKey()));
        assertArrayEquals(hex(DH), y.agree(x.publicKey()));
        assertArrayEquals(hex(PRK), Hashes.hmacBlake3(filled(16, 5), hex(DH)));
        assertArrayEquals(hex(KEY), Hashes.hkdfBlake3(filled(16, 5), hex(DH), new byte[0], 32));
        assertEquals("34Pfm92KLAUCWhNKdQbEwwzpxumtfuJJtUWgD9A59icm", new EncryptionKey(key.bytes()).toString());
        assertArrayEquals(hex(SIGNATURE_Y_X), gateway.sign(hex(Y + X)));
        assertArrayEquals(hex(SIGNATURE_X_Y), client.sign(hex(X + Y)));
    }

    @Test
    void handshake() throws WireException {
        ClientHandshake atClient = new ClientHandshake(client, gateway.publicKey(), 6,
                new Scripted(filled(32, 3), filled(16, 5), filled(12, 7)));
        GatewayHandshake atGateway =
                new GatewayHandshake(gateway, 6, new Scripted(filled(32, 4), filled(12, 6)));
        var m1 = (ClientRequest.RegisterHandshake) ClientRequest.parse(atClient.start());
        assertArrayEquals(hex(CLIENT + X + "05".repeat(16)), m1.data());
        var m2 = assertInstanceOf(HandshakeStep.Send.class, atGateway.start(m1));
        assertArrayEquals(hex(Y + M2_CIPHERTEXT + "06".repeat(12)), data(m2));
        var m3 = assertInstanceOf(HandshakeStep.Send.class, atClient.receive(m2.text()));
        assertArrayEquals(hex(M3_CIPHERTEXT + "07".repeat(12)), data(m3));
        var done = assertInstanceOf(HandshakeStep.Done.class, atGateway.receive(m3.text()));
        assertEquals(key, done.key());
        assertEquals(new HandshakeStep.Done(Optional.empty(), key, 6),
                atClient.receive(done.text().orElseThrow()));
    }

    @Test
    void authentication() throws WireException {
        AuthenticateV2 request = AuthenticateV2.create(client, key, 6, filled(12, 8), 1_700_000_000);
        assertArrayEquals(hex("a8b327bc4af4bfa4de3a5f6789616990b24e332de7c5f355c859aeaabf962e29"
                + "d0d4bb817dea2db1339c02929c172653"), request.addressCiphertext());
        assertArrayEquals(hex("4182348bbdb1fda711f77339bb22f1a08a4c3fc9cca28f6c9d3480a8c3fe40da"
                + "e9eabc2af401948fe672fe08e9258068b98f951c49feac9facd1dd99d40abf06"), request.signature());
        assertEquals(101, request.signed().length);
        assertTrue(request.toJson().contains("\"qLMnvEr0v6TeOl9niWFpkLJOMy3nxfNVyFmuqr+WLinQ1LuBfeotsTOcApKcFyZT\""));
        assertTrue(request.toJson().contains("\"CAgICAgICAgICAgI\""));
    }

    @Test
    void frames() throws WireException {
        byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
        byte[] frame = hex("01010909090909090909090909097fc9fdbb6b4be3a589a7e095b42681384adedc2f9f");
        assertArrayEquals(frame, new BinaryResponse(hello).seal(key, new Scripted(filled(12, 9))));
        assertArrayEquals(hello, BinaryResponse.open(frame, key).message());

        var sealed = new SensitiveRequest.ForgetMe(true, true).seal(key, new Scripted(filled(12, 0x0a)));
        assertArrayEquals(hex("df12df19a18f813676a4a3b9dd05d1a6d478b911685508a48998c79a0bddb75b"
                + "1e1ab04daa5f0eb4cd3da070de85394f2b99c58c50f8fe191c"), sealed.ciphertext());
        assertEquals(new SensitiveRequest.ForgetMe(true, true), SensitiveRequest.open(sealed, key));
    }

    private static byte[] data(HandshakeStep.Send send) throws WireException {
        return ((HandshakeMessage.Payload) HandshakeMessage.parse(send.text())).data();
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
