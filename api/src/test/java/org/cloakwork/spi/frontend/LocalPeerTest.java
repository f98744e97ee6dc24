package org.cloakwork.spi.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Rows of the kernel's tables of sockets. */
class LocalPeerTest {

    private static final String HEADING =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
    private static final String THEIRS = "   0: %s %s %s 00000000:00000000 00:00000000 00000000  %d        0 %d 1 0\n";
    private static final InetSocketAddress PEER = new InetSocketAddress("127.0.0.1", 40_000);
    private static final InetSocketAddress OWN = new InetSocketAddress("127.0.0.1", 1977);
    private static final String PEER_ROW = "0100007F:9C40";
    private static final String OWN_ROW = "0100007F:07B9";

    private static OptionalInt user(String rows) throws IOException {
        assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "rows are written in the order of the machine");
        return LocalPeer.user(new BufferedReader(new StringReader(HEADING + rows)), PEER, OWN);
    }

    private static String row(String local, String remote, String state, int user, int inode) {
        return THEIRS.formatted(local, remote, state, user, inode);
    }

    @Test
    void theRowOfTheOtherEndCountsAndNotOurs() throws IOException {
        assertEquals(OptionalInt.of(1001), user(row(OWN_ROW, PEER_ROW, "01", 1000, 7)
                + row(PEER_ROW, OWN_ROW, "01", 1001, 8)));
        assertEquals(OptionalInt.empty(), user(row(OWN_ROW, PEER_ROW, "01", 1000, 7)));
    }

    @Test
    void aSocketForBothKindsOfAddressesIsFoundToo() throws IOException {
        String mapped = "0000000000000000FFFF0000";
        assertEquals(OptionalInt.of(1001), user(row(mapped + PEER_ROW, mapped + OWN_ROW, "01", 1001, 8)));
    }

    @Test
    void whoHasClosedItIsNobodyAndNotRoot() throws IOException {
        assertEquals(OptionalInt.empty(), user(row(PEER_ROW, OWN_ROW, "06", 0, 0)));
        assertEquals(OptionalInt.empty(), user(row(PEER_ROW, OWN_ROW, "05", 0, 0)));
        assertEquals(OptionalInt.empty(), user(row(PEER_ROW, OWN_ROW, "04", 0, 0)));
    }

    @Test
    void whoTriesToConnectFromThatPortIsNotWhoDid() throws IOException {
        assertEquals(OptionalInt.empty(), user(row(PEER_ROW, OWN_ROW, "02", 1000, 9)));
    }

    @Test
    void onThisMachineWeAreTheSameUserOverBothKindsOfAddresses() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "not Linux");
        assertTrue(LocalPeer.isTold());
        for (String loopback : new String[]{"127.0.0.1", "::1"}) {
            InetAddress address = InetAddress.getByName(loopback);
            try (ServerSocket listener = new ServerSocket(0, 1, address);
                 Socket there = new Socket(address, listener.getLocalPort()); Socket here = listener.accept()) {
                InetSocketAddress peer = (InetSocketAddress) here.getRemoteSocketAddress();
                InetSocketAddress own = (InetSocketAddress) here.getLocalSocketAddress();
                assertTrue(LocalPeer.isSameUser(peer, own), loopback);
                there.close();
                assertFalse(LocalPeer.isSameUser(peer, own), loopback);
            } catch (BindException none) {
                assertEquals("::1", loopback);
            }
        }
    }
}
