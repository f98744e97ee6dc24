package org.cloakwork.wire.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.cloakwork.spi.topology.NodeAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {

    /** As Rust writes them, so as Nym does. */
    @ParameterizedTest
    @CsvSource({"2001:db8:1:0:0:0:0:3, 2001:db8:1::3", "0:0:0:0:0:0:0:0, ::", "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::", "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1", "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1", "0:0:1:0:0:0:0:0, 0:0:1::", "0:1:0:0:0:0:0:0, 0:1::",
        "FE80:0:0:0:0:0:0:ABCD, fe80::abcd", "0:0:0:0:0:0:102:304, ::102:304", "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "64:ff9b:0:0:0:0:102:304, 64:ff9b::102:304", "0:0:0:1:0:0:0:0, 0:0:0:1::", "1:0:0:2:0:0:0:0, 1:0:0:2::"})
    void v6AddressesAreWrittenInTheStandardForm(String address, String standard) {
        NodeAddress node = NodeAddress.parse("[" + address + "]:1789");
        assertEquals("[" + standard + "]:1789", node.toString());
        assertEquals("[" + standard + "]", HostName.inUri(node.ip()));
        assertEquals(standard, HostName.text(node.ip()));
        assertEquals(node, NodeAddress.parse(node.toString()));
    }

    @ParameterizedTest
    @CsvSource({"04 06fd 01020304, 1.2.3.4", "06 06fd 00000000000000000000ffff01020304, [::ffff:1.2.3.4]"})
    void mappedOnesHaveDots(String bytes, String text) {
        byte[] read = HexFormat.of().parseHex(bytes.replace(" ", ""));
        assertEquals(text + ":1789", NodeAddress.fromBytes(read, 0).toString());
    }
}
