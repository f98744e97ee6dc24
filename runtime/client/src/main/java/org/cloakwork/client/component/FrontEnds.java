package org.cloakwork.client.component;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloakwork.api.Figure;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.client.base.Printable;
import org.cloakwork.spi.frontend.ExitStanding;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The front-ends that a client's configuration names: each serves while it is there, and the client runs. One that
 * refuses its new settings goes on with the last ones it took; one that cannot serve is told and tried again. What
 * serves is a service with the names of client and front-end, so that others can tell where.
 */
final class FrontEnds {

    private static final Logger LOG = LoggerFactory.getLogger(FrontEnds.class);

    /** How long a call may take. */
    private static final Duration BUDGET = Duration.ofSeconds(10);
    /** Until one that does not serve is tried again; each time in vain twice as long. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 6;

    /** @param settings that are wanted, whether it took them or goes on with others */
    private record Open(FrontEnd part, Map<String, String> settings, FrontEnd.Serving serving,
                        ServiceRegistration<FrontEnd.Serving> registration) {
    }

    private final Consumer<List<String>> onProblems;
    private final Consumer<List<String>> onMistakes;
    @GuardedBy("this")
    private final Map<String, FrontEnd> present = new HashMap<>();
    @GuardedBy("this")
    private final Map<String, Open> open = new HashMap<>();
    /** The last settings that each of them took. */
    @GuardedBy("this")
    private final Map<String, Map<String, String>> taken = new HashMap<>();
    @GuardedBy("this")
    private final Map<String, String> problems = new TreeMap<>();
    /** Of the problems those that lie in the settings. */
    @GuardedBy("this")
    private final Map<String, String> mistakes = new TreeMap<>();
    @GuardedBy("this")
    private List<String> told = List.of();
    /** In vain, in a row. */
    @GuardedBy("this")
    private final Map<String, Integer> attempts = new HashMap<>();
    @GuardedBy("this")
    private final List<Thread> waiting = new ArrayList<>();
    @GuardedBy("this")
    private Map<String, Map<String, String>> wanted = Map.of();
    @GuardedBy("this")
    private BundleContext context;
    @GuardedBy("this")
    private String name;
    @GuardedBy("this")
    private MixnetClient client;

    /**
     * @param onProblems told what is wrong, whenever that changes
     * @param onMistakes told what of it no time mends, too
     */
    FrontEnds(Consumer<List<String>> onProblems, Consumer<List<String>> onMistakes) {
        this.onProblems = onProblems;
        this.onMistakes = onMistakes;
    }

    /** @param settings by the names of those wanted */
    synchronized void choose(Map<String, Map<String, String>> settings) {
        wanted = new LinkedHashMap<>(settings);
        update();
    }

    synchronized void start(BundleContext bundleContext, String clientName, MixnetClient served) {
        context = bundleContext;
        name = clientName;
        client = served;
        update();
    }

    synchronized void add(FrontEnd part, String partName) {
        present.put(partName, part);
        update();
    }

    synchronized void remove(FrontEnd part) {
        present.values().removeIf(candidate -> candidate == part);
        update();
    }

    synchronized void close() {
        client = null;
        waiting.forEach(Thread::interrupt);
        update();
    }

    /** What is open and not wanted any more, or not in this way, closes first: what follows may need its port. */
    @GuardedBy("this")
    private void update() {
        Iterator<Map.Entry<String, Open>> entries = open.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Open> entry = entries.next();
            Open now = entry.getValue();
            Map<String, String> settings = wanted.get(entry.getKey());
            boolean stays = client != null && present.get(entry.getKey()) == now.part() && settings != null;
            if (stays && !now.settings().equals(settings) && change(entry.getKey(), now.serving(), settings)) {
                entry.setValue(new Open(now.part(), settings, now.serving(), now.registration()));
            } else if (!stays || !now.settings().equals(settings)) {
                entries.remove();
                close(entry.getKey(), now);
            }
        }
        problems.keySet().retainAll(wanted.keySet());
        mistakes.keySet().retainAll(problems.keySet());
        attempts.keySet().retainAll(wanted.keySet());
        if (client != null) {
            wanted.forEach((frontEnd, settings) -> {
                FrontEnd part = present.get(frontEnd);
                if (part == null) {
                    problems.put(frontEnd, "no front-end part \"" + frontEnd + '"');
                } else if (!open.containsKey(frontEnd)) {
                    open(frontEnd, part, settings);
                }
            });
        }
        List<String> wrong = List.copyOf(problems.values());
        if (!wrong.equals(told)) {
            told = wrong;
            onProblems.accept(wrong);
            onMistakes.accept(List.copyOf(mistakes.values()));
        }
    }

    /** {@return whether it goes on, with other settings or with the last good ones} */
    @GuardedBy("this")
    private boolean change(String frontEnd, FrontEnd.Serving serving, Map<String, String> settings) {
        try {
            if (!called(frontEnd, "change", () -> serving.change(settings), late -> { })) {
                return false;
            }
            taken.put(frontEnd, settings);
            problems.remove(frontEnd);
            mistakes.remove(frontEnd);
            return true;
        } catch (Failure e) {
            if (!e.isMistake()) {
                return false;
            }
            told(frontEnd, e, "; the last good settings stay in force");
            return true;
        }
    }

    @GuardedBy("this")
    private void told(String frontEnd, Failure failure, String consequence) {
        String door = "front-end " + frontEnd + ": ";
        String fault = failure.getMessage();
        for (String named : List.of(door, frontEnd + ": ")) {
            fault = fault.startsWith(named) ? fault.substring(named.length()) : fault;
        }
        String problem = door + fault + consequence;
        if (failure.isMistake()) {
            mistakes.put(frontEnd, problem);
        } else {
            mistakes.remove(frontEnd);
        }
        if (!problem.equals(problems.put(frontEnd, problem))) {
            LOG.error("client {}: {}", name, problem, failure.getCause());
        }
    }

    @GuardedBy("this")
    private void open(String frontEnd, FrontEnd part, Map<String, String> settings) {
        try {
            serve(frontEnd, part, settings, settings);
            taken.put(frontEnd, settings);
            attempts.remove(frontEnd);
            mistakes.remove(frontEnd);
            if (problems.remove(frontEnd) != null) {
                LOG.info("client {}: front-end {} serves again", name, frontEnd);
            }
        } catch (Failure e) {
            Map<String, String> last = taken.get(frontEnd);
            boolean goesOn = last != null && !last.equals(settings) && goesOn(frontEnd, part, settings, last);
            String otherwise = e.isMistake() ? "" : "; trying again";
            told(frontEnd, e, goesOn ? "; the last good settings stay in force" : otherwise);
            if (!goesOn) {
                int failed = attempts.merge(frontEnd, 1, Integer::sum) - 1;
                tryAgain(FIRST_PAUSE.multipliedBy(1L << Math.min(failed, MOST_DOUBLINGS)));
            }
        }
    }

    @GuardedBy("this")
    private boolean goesOn(String frontEnd, FrontEnd part, Map<String, String> settings, Map<String, String> last) {
        try {
            serve(frontEnd, part, settings, last);
            return true;
        } catch (Failure e) {
            LOG.debug("nor does it start with its last settings", e);
            return false;
        }
    }

    /** What is in the way, a port that is taken for example, may go. */
    @GuardedBy("this")
    private void tryAgain(Duration pause) {
        waiting.removeIf(thread -> !thread.isAlive());
        waiting.add(Thread.ofVirtual().name("cloakwork-" + name + "-frontends").start(() -> {
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                return;
            }
            again();
        }));
    }

    private synchronized void again() {
        update();
    }

    @GuardedBy("this")
    private void serve(String frontEnd, FrontEnd part, Map<String, String> settings, Map<String, String> used)
            throws Failure {
        MixnetClient served = client;
        FrontEnd.Serving serving = called(frontEnd, "serve", () -> {
            FrontEnd.Serving begun = part.serve(served, used);
            if (begun == null) {
                throw new IOException("serve returned null");
            }
            return new Contained(begun);
        }, late -> late.close());
        open.put(frontEnd, new Open(part, settings, serving, context.registerService(FrontEnd.Serving.class, serving,
                new Hashtable<>(Map.of(MixnetClient.NAME_PROPERTY, name, PartFactory.NAME_PROPERTY, frontEnd)))));
        LOG.info("client {}: front-end {} serves at {}", name, frontEnd, serving.addresses());
    }

    @GuardedBy("this")
    private void close(String frontEnd, Open ended) {
        try {
            ended.registration().unregister();
            called(frontEnd, "close", () -> {
                ended.serving().close();
                return "";
            }, late -> { });
        } catch (Failure | IllegalStateException e) {
            LOG.error("client {}: closing front-end {} failed: {}", name, frontEnd, e.getMessage(), e.getCause());
        }
    }

    /** What a call came to instead of a result, for people; with a cause if it was none that the contract names. */
    private static final class Failure extends Exception {

        private static final long serialVersionUID = 1L;

        private final boolean mistake;

        Failure(String message, Throwable cause, boolean mistake) {
            super(message, cause);
            this.mistake = mistake;
        }

        /** {@return whether the settings are wrong, which no time mends} */
        boolean isMistake() {
            return mistake;
        }
    }

    /**
     * Calls a front-end, for as long as a call may take, on a thread that can be given up.
     *
     * @param late what becomes of a result that comes later
     */
    @GuardedBy("this")
    private <T> T called(String frontEnd, String call, Callable<T> body, Consumer<T> late) throws Failure {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().daemon().name("cloakwork-" + name + "-" + frontEnd).start(() -> {
            try {
                T made = body.call();
                if (!result.complete(made)) {
                    late.accept(made);
                }
            } catch (Throwable e) {
                // Whatever a front-end throws.
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get(BUDGET.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable thrown = e.getCause();
            throw thrown instanceof IOException || thrown instanceof IllegalArgumentException
                    ? new Failure(Printable.of(String.valueOf(thrown.getMessage())), null,
                            thrown instanceof IllegalArgumentException)
                    : new Failure(Printable.of(call + " threw " + thrown), thrown, false);
        } catch (TimeoutException | InterruptedException e) {
            Failure failure = new Failure(call + " did not return within " + BUDGET.toSeconds() + " s", null,
                    false);
            if (result.completeExceptionally(failure)) {
                thread.interrupt();
            }
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw failure;
        }
    }

    /** What a front-end tells of itself is told to many, and what it throws would hit them. */
    private record Contained(FrontEnd.Serving serving) implements FrontEnd.Serving {

        private static <T> T told(Supplier<T> question, T nothing) {
            try {
                T answer = question.get();
                return answer == null ? nothing : answer;
            } catch (RuntimeException | Error e) {
                LOG.debug("a front-end cannot tell of itself", e);
                return nothing;
            }
        }

        @Override
        public List<URI> addresses() {
            return told(serving::addresses, List.of());
        }

        @Override
        public Map<String, Long> counters() {
            return told(serving::counters, Map.of());
        }

        @Override
        public List<Figure> figures() {
            return told(serving::figures, List.of());
        }

        @Override
        public List<String> warnings() {
            return told(serving::warnings, List.of());
        }

        @Override
        public List<ExitStanding> exits() {
            return told(serving::exits, List.of());
        }

        @Override
        public boolean change(Map<String, String> settings) throws IOException {
            return serving.change(settings);
        }

        @Override
        public void close() {
            serving.close();
        }
    }
}
