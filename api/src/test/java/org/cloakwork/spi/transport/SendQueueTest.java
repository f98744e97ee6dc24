package org.cloakwork.spi.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SendQueueTest {

    private final SendQueue<String> queue = new SendQueue<>(() -> { });

    @Test
    void framesLeaveInOrderAndPingsBeforeThem() {
        queue.open();
        assertTrue(queue.add("a", 10));
        assertTrue(queue.add("b", 20));
        assertTrue(queue.addPing("ping", 125));
        assertEquals(30, queue.pendingBytes());
        assertEquals("ping", queue.poll());
        assertFalse(queue.written());
        assertEquals("a", queue.poll());
        assertEquals(30, queue.pendingBytes());
        assertFalse(queue.written());
        assertEquals(20, queue.pendingBytes());
        assertEquals("b", queue.poll());
        assertTrue(queue.written());
        assertNull(queue.poll());
    }

    @Test
    void whatIsWrittenWithinTheSendIsNotTold() {
        boolean[] drained = new boolean[1];
        SendQueue<?>[] self = new SendQueue<?>[1];
        SendQueue<String> fast = new SendQueue<>(() -> {
            while (self[0].poll() != null) {
                drained[0] |= self[0].written();
            }
        });
        self[0] = fast;
        fast.open();
        assertTrue(fast.add("a", 10));
        assertFalse(drained[0]);
        assertEquals(0, fast.pendingBytes());
    }

    @Test
    void bytesAndFramesHaveLimits() {
        queue.open();
        int frames = 0;
        while (queue.add("large", GatewayLink.MAX_FRAME_BYTES)) {
            frames++;
        }
        assertEquals(SendQueue.MAX_BYTES / GatewayLink.MAX_FRAME_BYTES, frames);
        assertEquals(SendQueue.MAX_BYTES, queue.pendingBytes());
        while (queue.add("empty", 0)) {
            frames++;
        }
        assertEquals(SendQueue.MAX_FRAMES, frames);
        assertFalse(queue.addPing("ping", 0));
        assertThrows(IllegalArgumentException.class, () -> queue.add("a", GatewayLink.MAX_FRAME_BYTES + 1));
        assertThrows(IllegalArgumentException.class, () -> queue.addPing("a", 126));
    }

    @Test
    void beforeTheLinkIsOpenNothingIsAccepted() {
        assertThrows(IllegalStateException.class, () -> queue.add("a", 1));
        assertFalse(queue.finish("close"));
        queue.end();
        queue.open();
        assertTrue(queue.add("a", 1));
        assertNull(queue.poll());
    }

    @Test
    void afterTheLastFrameNothingIsAccepted() {
        queue.open();
        queue.add("a", 1);
        assertTrue(queue.finish("close"));
        assertFalse(queue.finish("close"));
        assertTrue(queue.add("b", 1));
        assertEquals("a", queue.poll());
        assertTrue(queue.written());
        assertEquals("close", queue.poll());
        assertFalse(queue.written());
        assertNull(queue.poll());
    }

    @Test
    void theEndDropsWhatWaitsOrLetsItLeave() {
        queue.open();
        queue.add("a", 1);
        queue.endAfter("last");
        assertEquals(0, queue.pendingBytes());
        assertEquals("a", queue.poll());
        assertFalse(queue.written());
        assertEquals("last", queue.poll());
        queue.end();
        assertNull(queue.poll());
        assertFalse(queue.written());
    }
}
