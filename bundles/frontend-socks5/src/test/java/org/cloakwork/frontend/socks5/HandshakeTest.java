package org.cloakwork.frontend.socks5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HandshakeTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Handshake read(String hex) throws IOException {
        return Handshake.read(new ByteArrayInputStream(HexFormat.of().parseHex(hex)), out);
    }

    @ParameterizedTest
    @CsvSource({
        // RFC 1928
        "050100 05010001 01020304 0050, 1.2.3.4:80",
        "050100 05010003 0b 6578616d706c652e636f6d 01bb, example.com:443",
        "050100 05010004 20010db8000000000000000000000001 01bb, 2001:db8:0:0:0:0:0:1:443",
        "05020001 05010003 01 61 0050, a:80",
        // SOCKS 4 and 4a
        "0401 0050 01020304 00, 1.2.3.4:80",
        "0401 01bb 00000001 00 6578616d706c652e636f6d 00, example.com:443",
    })
    void requestsAreUnderstood(String hex, String target) throws IOException {
        Handshake handshake = read(hex.replace(" ", ""));
        assertEquals(target, handshake.target().toString());
        assertEquals(Optional.empty(), handshake.user());
    }

    @Test
    void aUserIsTold() throws IOException {
        assertEquals(Optional.of("me"), read("05020002" + "01026d650170" + "050100030161" + "0050").user());
        assertEquals("05020100", HexFormat.of().formatHex(out.toByteArray()));
        assertEquals(Optional.of("me"), read("0401005001020304" + "6d6500").user());
    }

    @ParameterizedTest
    @CsvSource({
        "050101, 05ff, UNSUPPORTED", "0500, 05ff, UNSUPPORTED",
        "050100 050200010102030400 50, 050005070001000000000000, UNSUPPORTED",
        "050100 050300010102030400 50, 050005070001000000000000, UNSUPPORTED",
        "050100 05010005, 050005080001000000000000, UNSUPPORTED",
        "050100 0501000300 0050, 050005010001000000000000, MALFORMED",
        "0402005001020304 00, 005b000000000000, UNSUPPORTED",
        "0401005000000001 00 00, 005b000000000000, MALFORMED",
        "06, '', MALFORMED",
        "050100 04, 0500, MALFORMED", "050102 02, 0502, MALFORMED",
    })
    void whatIsNotDoneIsSaid(String hex, String answer, Handshake.Fault fault) {
        Handshake.MalformedException e =
                assertThrows(Handshake.MalformedException.class, () -> read(hex.replace(" ", "")));
        assertEquals(answer, HexFormat.of().formatHex(out.toByteArray()));
        assertEquals(fault, e.fault());
    }

    @Test
    void whoSpeaksHttpIsToldThatThisIsSocks() {
        String request = "CONNECT example.com:443 HTTP/1.1\r\n\r\n";
        Handshake.MalformedException e = assertThrows(Handshake.MalformedException.class, () -> Handshake.read(
                new ByteArrayInputStream(request.getBytes(StandardCharsets.US_ASCII)), out));
        assertEquals(Handshake.Fault.HTTP, e.fault());
        String answer = out.toString(StandardCharsets.US_ASCII);
        assertTrue(answer.startsWith("HTTP/1.1 400 ") && answer.contains("This is a SOCKS port"), answer);
    }

    @Test
    void textsOfSocks4HaveAnEnd() {
        assertThrows(Handshake.MalformedException.class, () -> read("0401005001020304" + "61".repeat(300)));
    }

    @Test
    void noiseIsRefusedOrUnderstoodAndNothingElse() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[1 + random.nextInt(60)];
            random.nextBytes(noise);
            noise[0] = (byte) (4 + random.nextInt(3));
            try {
                assertTrue(Handshake.read(new ByteArrayInputStream(noise), out).target().port() >= 0);
            } catch (IOException e) {
                // refused, or it ended too early
            }
        }
    }

    @Test
    void repliesHaveTheLengthTheStandardGivesThem() throws IOException {
        Handshake five = read("050100050100030161" + "0050");
        assertEquals("05000001000000000000", HexFormat.of().formatHex(five.granted()));
        assertEquals("05050001000000000000", HexFormat.of().formatHex(five.failed(ConnectFailure.REFUSED)));
        Handshake four = read("040100500102030400");
        assertEquals("005a000000000000", HexFormat.of().formatHex(four.granted()));
        assertEquals("005b000000000000", HexFormat.of().formatHex(four.failed(ConnectFailure.NOT_ALLOWED)));
    }
}
