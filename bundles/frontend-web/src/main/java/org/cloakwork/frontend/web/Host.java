package org.cloakwork.frontend.web;

import org.teavm.jso.JSObject;
import org.teavm.jso.typedarrays.Int8Array;

/**
 * What the module asks of the JavaScript around it; {@code engine.d.ts} describes it for those who write that. Numbers
 * name what is asked for: answers come to {@link WebClient}.
 */
interface Host extends JSObject {

    /** Call {@link WebClient#run} soon, as a task of its own. */
    void wake();

    /** Call {@link WebClient#run} at that time of {@link #now} and not before, instead of any call asked for before. */
    void alarm(double millis);

    /** Random bytes for keys. */
    Int8Array random(int length);

    /** Milliseconds since some moment. */
    double now();

    void open(int link, String gateway, String[] urls);

    void sendText(int link, String text);

    void sendBinary(int link, Int8Array bytes);

    double pendingBytes(int link);

    void close(int link);

    /** Close it; it counts as closed once the gateway has closed it, too. */
    void finish(int link);

    /** Fetch a page of the directory. */
    void get(int request, String path);

    /** Ask the topology that is written in JavaScript. */
    void topology(int request);

    /** Milliseconds until the next slot, of a cover strategy that is written in JavaScript; negative: none. */
    double untilNextSlot(boolean congested, int level);

    double untilNextLoop(boolean congested, int level);

    /** Write rows, all or none. */
    void commit(int commit, Int8Array changes);

    void state(String word, String why);

    void address(String address);

    void message(Int8Array payload, String origin, String tag);

    void outcome(int delivery, boolean acknowledged, String reason, String detail, int packets, int retransmissions,
                 double elapsedMillis);

    void streamChanged(int stream);
}
