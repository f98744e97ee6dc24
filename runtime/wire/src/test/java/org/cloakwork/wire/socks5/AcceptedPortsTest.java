package org.cloakwork.wire.socks5;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptedPortsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            accept *:443                               | 443 | true
            accept *:443                               | 25  | false
            reject *:25; accept *:*                    | 25  | false
            reject *:25; accept *:*                    | 26  | true
            reject 10.0.0.0/8:*; accept *:80-443       | 80  | true
            reject *4:*; reject *6:*; accept 1.2.3.4:* | 80  | false
            reject *4:*; accept *6:80                  | 80  | true
            reject 1.2.3.4:*; accept 1.2.3.4:80        | 80  | false
            reject *6:*; accept 1.2.3.4:80             | 80  | true
            """)
    void aPortIsAcceptedIfItIsAtSomeAddress(String rules, int port, boolean accepted) throws Exception {
        String text = "ExitPolicy " + rules.strip().replace("; ", "\nExitPolicy ");
        assertEquals(accepted, ExitPolicy.parse(text).acceptsSomewhere(port));
    }
}
