package org.cloakwork.benchmarks;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.cloakwork.api.MixnetClient;

/** Many clients in this process: prints what each beyond the first adds to it, and whether cover keeps its law. */
final class Identities {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    /** Packets a second that a client sends by its law: one each 20 ms, and a loop each 200 ms. */
    private static final double LAW = 55;
    private static final long SETTLING_MILLIS = 3000;

    private Identities() {
    }

    /** @param args URL of the directory, name of the cover part, how many clients, how many seconds to watch them */
    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[2]);
        int seconds = Integer.parseInt(args[3]);
        MixnetClient.Builder builder = MixnetClient.builder().directory(URI.create(args[0]))
                .part("cover", args[1], Map.of());
        List<MixnetClient> clients = new ArrayList<>();
        double first = 0;
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            clients.add(builder.start());
            clients.getLast().awaitReady(PATIENCE);
            if (i == 0) {
                first = resident();
            }
        }
        double further = (resident() - first) / (count - 1);
        String name = count + "-identities-" + args[1];
        figure(name + "-start", count + " identities, cover " + args[1] + ", all READY after", "s",
                (System.nanoTime() - start) / 1e9);
        figure(name + "-memory", "resident memory of each further one", "MiB", further);
        if (seconds > 0) {
            long[] before = sent(clients);
            Thread.sleep(seconds * 1000L);
            long[] after = sent(clients);
            figure(name + "-law", "what they sent, of what the law says", "%",
                    100.0 * (after[0] - before[0]) / (LAW * seconds * count));
            figure(name + "-missed", "cover packets that were due and not ready", "", after[1] - before[1]);
        }
        System.out.println("figures end");
        clients.forEach(MixnetClient::close);
    }

    private static double resident() throws Exception {
        System.gc();
        Thread.sleep(SETTLING_MILLIS);
        return Launched.residentMebibytes(ProcessHandle.current().pid());
    }

    private static long[] sent(List<MixnetClient> clients) {
        long[] sums = new long[2];
        for (MixnetClient client : clients) {
            Map<String, Long> counters = client.counters();
            sums[0] += counters.get("packets.sent.cover") + counters.get("packets.sent.data");
            sums[1] += counters.get("packets.dropped.cover-not-ready");
        }
        return sums;
    }

    private static void figure(String name, String title, String unit, double value) {
        System.out.printf(Locale.ROOT, "figure %s;%s;%s;%.3f%n", name, title, unit, value);
    }
}
