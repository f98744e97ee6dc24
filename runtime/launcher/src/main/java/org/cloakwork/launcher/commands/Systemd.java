package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Insight;
import org.cloakwork.spi.control.Control;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd what its service does, as sd_notify(3) and sd_watchdog_enabled(3) say: that it has started, how it
 * is, that it lives, and that it stops. It lives while the thread of each client answers.
 */
final class Systemd implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration NO_WATCHDOG = Duration.ZERO;
    private static final int MAX_STATUS_CHARACTERS = 300;

    private final Supplier<Optional<Control>> control;
    private final Duration watchdog;
    private final Consumer<List<String>> teller;
    private final Duration tick;
    private final long startNanos;
    private String told = "";
    private long nextBeatNanos;

    /**
     * @param control  what there is to tell; empty while its bundle is exchanged
     * @param watchdog after which without a sign of life the process is ended; zero: never
     * @param teller   takes assignments to systemd
     * @param nowNanos of any clock
     */
    Systemd(Supplier<Optional<Control>> control, Duration watchdog, Consumer<List<String>> teller, long nowNanos) {
        this.control = control;
        this.watchdog = watchdog;
        this.teller = teller;
        startNanos = nowNanos;
        Duration quarter = watchdog.dividedBy(4);
        tick = watchdog.equals(NO_WATCHDOG) || quarter.compareTo(TICK) > 0 ? TICK : quarter;
    }

    /**
     * Begins to tell, if it was systemd that started this process and it wants to be told.
     *
     * @param control     what there is to tell
     * @param environment of this process
     * @param err         told if systemd cannot be
     * @return to be closed before anything stops
     */
    static AutoCloseable start(Supplier<Optional<Control>> control, Map<String, String> environment, PrintStream err) {
        if (!environment.containsKey("NOTIFY_SOCKET")) {
            return () -> { };
        }
        Systemd systemd = new Systemd(control, watchdog(environment), new Program(err), System.nanoTime());
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task ->
                new Thread(task, "cloakwork-systemd"));
        thread.execute(systemd::ready);
        thread.scheduleWithFixedDelay(() -> {
            try {
                systemd.tick(System.nanoTime());
            } catch (RuntimeException | Error e) {
                // A bundle that goes while it is asked; the next tick comes in any case.
                LOG.debug("systemd was not told this time", e);
            }
        }, 0, systemd.tick.toMillis(), TimeUnit.MILLISECONDS);
        return () -> {
            thread.shutdownNow();
            thread.awaitTermination(Program.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            systemd.close();
        };
    }

    private static Duration watchdog(Map<String, String> environment) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String owner = environment.getOrDefault("WATCHDOG_PID", "");
        return micros.matches("[1-9][0-9]{3,14}")
                && (owner.isEmpty() || owner.equals(String.valueOf(ProcessHandle.current().pid())))
                ? Duration.ofNanos(1000 * Long.parseLong(micros)) : NO_WATCHDOG;
    }

    /** Clients and front-ends have started; whether a gateway answers is told by the status. */
    void ready() {
        teller.accept(List.of("READY=1"));
    }

    /** Tells what is new. */
    void tick(long nowNanos) {
        List<String> news = new ArrayList<>();
        Optional<Control> present = control.get();
        present.map(there -> there.health().sentence()).filter(sentence -> !sentence.equals(told))
                .ifPresent(sentence -> {
                    told = sentence;
                    news.add("STATUS=" + line(sentence));
                });
        if (!watchdog.equals(NO_WATCHDOG) && nowNanos - startNanos >= nextBeatNanos
                && present.map(this::lives).orElse(true)) {
            nextBeatNanos = nowNanos - startNanos + watchdog.toNanos() / 2;
            news.add("WATCHDOG=1");
        }
        if (!news.isEmpty()) {
            teller.accept(news);
        }
    }

    /** Everybody on the machine reads it: of keys, the first letters. */
    private static String line(String sentence) {
        String line = sentence.replaceAll("[\\p{Cc}\\p{Cf}\u2028\u2029]", " ").replaceAll("(\\w{8})\\w{24,}", "$1...");
        return line.length() <= MAX_STATUS_CHARACTERS ? line : line.substring(0, MAX_STATUS_CHARACTERS - 1) + "\u2026";
    }

    private boolean lives(Control there) {
        List<CompletableFuture<Insight>> answers = new ArrayList<>();
        try {
            for (Control.Client client : there.clients()) {
                if (!(client.client().state() instanceof ClientState.Stopped)) {
                    answers.add(client.client().insight());
                }
            }
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(tick.toMillis(),
                    TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            // Asked again at the next tick, long before the watchdog ends the process.
            return false;
        }
    }

    @Override
    public void close() {
        teller.accept(List.of("STOPPING=1"));
    }

    /** The program systemd-notify, because the JDK has no datagrams over Unix sockets. */
    private static final class Program implements Consumer<List<String>> {

        private static final String NAME = "systemd-notify";
        private static final Duration PATIENCE = Duration.ofSeconds(5);

        private final PrintStream err;
        private String complaint = "";

        Program(PrintStream err) {
            this.err = err;
        }

        @Override
        public void accept(List<String> assignments) {
            List<String> command = new ArrayList<>(List.of(NAME));
            command.addAll(assignments);
            try {
                Process process = new ProcessBuilder(command).redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
                if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                    complain("did not end within " + PATIENCE.toSeconds() + " s");
                } else if (process.exitValue() != 0) {
                    complain("ended with code " + process.exitValue());
                }
            } catch (IOException e) {
                complain("did not start (is it on the PATH?)");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void complain(String text) {
            if (!text.equals(complaint)) {
                complaint = text;
                err.println("systemd is not told how the client is: " + NAME + " " + text);
            }
        }
    }
}
