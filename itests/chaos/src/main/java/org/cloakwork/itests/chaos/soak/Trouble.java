package org.cloakwork.itests.chaos.soak;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.cloakwork.itests.chaos.ChaosProxy;
import org.cloakwork.itests.chaos.Fault;

/** What happens to the processes and what is between them, at moments and in an order that the seed decides. */
final class Trouble {

    private static final int LEAST_GAP_MILLIS = 2000;
    private static final int MOST_GAP_MILLIS = 9000;
    private static final int ONE_IN = 20;

    private enum Kind {
        SWAP, GATEWAY_RESTART, SUSPEND, SLOW_LINK, CUT, DIRECTORY_OUTAGE
    }

    /** One of these is drawn each time. */
    private static final List<Kind> LIKELY = List.of(Kind.SWAP, Kind.SWAP, Kind.SWAP, Kind.GATEWAY_RESTART,
            Kind.SUSPEND, Kind.SLOW_LINK, Kind.CUT, Kind.DIRECTORY_OUTAGE);

    private final Random random;
    private final List<Instance> instances;
    private final Map<String, Control> controls;
    private final List<ChaosProxy> gateways;
    private final ChaosProxy directory;
    private final List<ChaosProxy> streams;
    private final Map<String, Integer> done = new LinkedHashMap<>();
    private final List<String> complaints = new ArrayList<>();

    /**
     * @param seed      same seed, same troubles
     * @param instances any of which may be suspended
     * @param controls  of those whose parts may be exchanged, by name
     * @param gateways  before each gateway
     * @param directory before the directory
     * @param streams   before the SOCKS door, and before the target of the exit
     */
    Trouble(long seed, List<Instance> instances, Map<String, Control> controls, List<ChaosProxy> gateways,
            ChaosProxy directory, List<ChaosProxy> streams) {
        this.random = new Random(seed);
        this.instances = instances;
        this.controls = new TreeMap<>(controls);
        this.gateways = gateways;
        this.directory = directory;
        this.streams = streams;
    }

    /** {@return how often something of each kind was done} */
    Map<String, Integer> done() {
        return done;
    }

    /** {@return what could not be done} */
    List<String> complaints() {
        return complaints;
    }

    /** One thing after the other until that moment. */
    void until(long endNanos) throws IOException, InterruptedException {
        while (pause(LEAST_GAP_MILLIS + random.nextInt(MOST_GAP_MILLIS - LEAST_GAP_MILLIS), endNanos)) {
            Kind kind = LIKELY.get(random.nextInt(LIKELY.size()));
            int seconds = 2 + random.nextInt(5);
            switch (kind) {
                case SWAP -> swap();
                case GATEWAY_RESTART -> away("gateway restarts", gateways.get(random.nextInt(gateways.size())),
                        seconds);
                case SUSPEND -> {
                    Instance instance = instances.get(random.nextInt(instances.size()));
                    count("suspends of " + instance.name());
                    instance.suspend(Duration.ofSeconds(seconds));
                }
                case SLOW_LINK -> slow(gateways.get(random.nextInt(gateways.size())), seconds);
                case CUT -> {
                    count("SOCKS and target connections cut");
                    streams.get(random.nextInt(streams.size())).cut();
                }
                case DIRECTORY_OUTAGE -> away("directory outages", directory, seconds);
            }
        }
    }

    private static boolean pause(long millis, long endNanos) throws InterruptedException {
        long left = (endNanos - System.nanoTime()) / 1_000_000;
        if (left <= millis) {
            Thread.sleep(Math.max(0, left));
            return false;
        }
        Thread.sleep(millis);
        return true;
    }

    private void count(String what) {
        done.merge(what, 1, Integer::sum);
    }

    private void swap() {
        String instance = List.copyOf(controls.keySet()).get(random.nextInt(controls.size()));
        try {
            SortedMap<String, List<String>> others = controls.get(instance).others();
            String kind = List.copyOf(others.keySet()).get(random.nextInt(others.size()));
            List<String> parts = others.get(kind);
            controls.get(instance).swap(kind, parts.get(random.nextInt(parts.size())));
            count("swaps of parts");
        } catch (IOException e) {
            complaints.add(instance + " did not swap: " + e.getMessage());
        }
    }

    private void away(String what, ChaosProxy proxy, int seconds) throws InterruptedException {
        count(what);
        proxy.leave();
        Thread.sleep(Duration.ofSeconds(seconds));
        proxy.comeBack();
    }

    /** Frames are late, or stop for a while; TCP loses none, so none is lost here. */
    private void slow(ChaosProxy link, int seconds) throws InterruptedException {
        List<Fault> faults = Arrays.stream(Fault.values()).filter(fault -> !fault.isLie() && fault != Fault.CUT)
                .toList();
        count("slow gateway links");
        link.begin(faults.get(random.nextInt(faults.size())), ONE_IN);
        Thread.sleep(Duration.ofSeconds(seconds));
        link.calm();
    }
}
