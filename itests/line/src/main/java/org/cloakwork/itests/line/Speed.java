package org.cloakwork.itests.line;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.cloakwork.cover.none.NoCover;
import org.cloakwork.cover.poisson.PoissonCover;
import org.cloakwork.spi.cover.CoverTrafficStrategy;

/** What a law costs, and what comes over it: on sockets, with client, exit and network in this process. */
final class Speed {

    /** Without cover. */
    static final int OFF = 0;
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final int GETS = 20;
    private static final int QUESTION = 400;
    private static final int ANSWER = 6;
    private static final double NANOS = 1e9;
    /** Of eleven packets ten are of the main stream, as in the default law. */
    private static final double MAIN = 10.0 / 11;
    private static final double MILLIS = 1000;
    private static final double SECONDS_A_DAY = 86_400;

    private final PrintStream out;

    Speed(PrintStream out) {
        this.out = out;
    }

    static final String HEADER = """
            | law, packets/s | down, kB/s | up, kB/s | SHA-256 | GET of 6 bytes, p50 | longest | line idle, GB a day | \
            CPU idle, of one core | loading | returns overdue |
            |---|---|---|---|---|---|---|---|---|---|
            """;

    /** {@return the law as it can be configured, in whole milliseconds, that is nearest to so many packets a second} */
    static CoverTrafficStrategy law(int packets) {
        if (packets == OFF) {
            return new NoCover();
        }
        long main = Math.max(1, Math.round(MILLIS / (packets * MAIN)));
        long loop = Math.max(1, Math.round(MILLIS / Math.max(1, packets - MILLIS / main)));
        return new PoissonCover(Map.of("main-mean-millis", main, "loop-mean-millis", loop));
    }

    /**
     * Measures one law.
     *
     * @param packets of the law, a second; {@link #OFF}: none
     * @param bytes   that are loaded, and sent
     */
    void tell(int packets, long bytes, long seed) throws Exception {
        Cover cover = packets == OFF ? Cover.NONE : Cover.TWO_WAY;
        try (RealWorld world = new RealWorld(cover, law(packets), seed)) {
            get(world);
            world.run(WARM_UP);
            long begun = System.nanoTime();
            double cpu = cpuSeconds();
            world.run(WARM_UP);
            double idle = (cpuSeconds() - cpu) / ((System.nanoTime() - begun) / NANOS);
            Trace.View line = world.trace().view(begun, WARM_UP);
            double[] gets = new double[GETS];
            for (int i = 0; i < GETS; i++) {
                gets[i] = get(world);
            }
            Arrays.sort(gets);
            cpu = cpuSeconds();
            begun = System.nanoTime();
            double down = 0;
            double up = 0;
            String same;
            try (Socket socket = world.connected()) {
                down = seconds(() -> exchange(socket, 0, bytes));
                boolean first = Arrays.equals(answer, Site.digest(bytes));
                up = seconds(() -> exchange(socket, bytes, ANSWER));
                same = first && Arrays.equals(world.site().received(), Site.digest(bytes)) ? "equal" : "NOT EQUAL";
            } catch (IOException e) {
                same = e.getMessage();
            }
            double loading = (cpuSeconds() - cpu) / ((System.nanoTime() - begun) / NANOS);
            out.printf(Locale.ROOT, "| %s | %s | %s | %s | %.2f s | %.2f s | %.1f | %.0f %% | %.0f %% | %d |%n",
                    packets == OFF ? "off" : String.format(Locale.ROOT, "%d (%.0f measured)", packets,
                            line.rate(Frame.Kind.UP_LARGE)), speed(bytes, down), speed(bytes, up), same,
                    gets[GETS / 2], gets[GETS - 1],
                    (line.kilobytes(true) + line.kilobytes(false)) * SECONDS_A_DAY / 1e6, idle * 100, loading * 100,
                    world.counters().getOrDefault("line.returns.overdue", 0L));
        }
    }

    private byte[] answer = {};

    private void exchange(Socket socket, long up, long down) throws IOException {
        OutputStream to = socket.getOutputStream();
        to.write(new Question(up, down).bytes());
        Site.write(to, up);
        InputStream from = socket.getInputStream();
        answer = Site.digest(from, down);
    }

    private double get(RealWorld world) throws IOException {
        return seconds(() -> {
            try (Socket socket = world.connected()) {
                exchange(socket, QUESTION, ANSWER);
            }
        });
    }

    /** Something that takes a while. */
    private interface Task {

        void run() throws IOException;
    }

    private static double seconds(Task task) throws IOException {
        long begun = System.nanoTime();
        task.run();
        return (System.nanoTime() - begun) / NANOS;
    }

    private static String speed(long bytes, double seconds) {
        return seconds == 0 ? "-" : String.format(Locale.ROOT, "%.0f", bytes / seconds / MILLIS);
    }

    private static double cpuSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime() / NANOS;
    }
}
