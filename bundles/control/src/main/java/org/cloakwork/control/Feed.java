package org.cloakwork.control;

import java.io.IOException;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.osgi.service.cm.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One configuration: takes over what is wanted, unless something is wrong with it, and goes back to the last good one
 * if the component does not start with it. Not safe for use by many threads.
 */
final class Feed {

    /** In no two configurations the same; parts leave keys with a dot alone. */
    private static final String REVISION = "cloakwork.revision";

    /** For so long what a part does wrong is put down to its last change. */
    private static final Duration TO_BLAME = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);

    /** Where the configuration is kept. */
    interface Source {

        /** {@return it; a new one if there is none} */
        Configuration get() throws IOException;
    }

    private final String pid;
    private final Source source;
    private final AtomicLong revisions;
    private final boolean late;
    private final boolean toldByOthers;
    private Map<String, String> applied;
    private Map<String, String> good;
    /** Good ones of before the one in force. */
    private Map<String, String> before;
    private long appliedNanos;
    private Map<String, String> refused;
    private List<Problem> problems = List.of();
    private long revision;
    private boolean unproven;

    /**
     * @param pid       of the configuration, or of its factory
     * @param source    of the configuration
     * @param revisions where each configuration takes its number
     * @param late      whether the component has done without it so far, and can go on to do so
     * @param toldByOthers whether somebody else tells what is wrong before it has been in force once
     */
    Feed(String pid, Source source, AtomicLong revisions, boolean late, boolean toldByOthers) {
        this.pid = pid;
        this.source = source;
        this.revisions = revisions;
        this.late = late;
        this.toldByOthers = toldByOthers;
    }

    /** {@return what is in force; empty before anything is} */
    Optional<Map<String, String>> applied() {
        return Optional.ofNullable(applied);
    }

    /** {@return whether the component has started with a configuration} */
    boolean isProven() {
        return good != null;
    }

    List<Problem> problems() {
        return problems;
    }

    /**
     * @param wanted what is in force from now on, if nothing is wrong with it; if nothing is in force yet, in any case:
     *               the part says itself that it cannot start
     * @param wrong  what is wrong with it
     */
    void want(Map<String, String> wanted, List<Problem> wrong) throws IOException {
        if (!wrong.isEmpty()) {
            say(wrong);
            if (applied == null && !late) {
                apply(wanted);
            }
        } else if (!wanted.equals(refused)) {
            refused = null;
            say(List.of());
            if (!wanted.equals(applied)) {
                apply(wanted);
            }
        }
    }

    private void say(List<Problem> news) {
        List<Problem> told = problems;
        problems = news;
        news.stream().filter(problem -> !told.contains(problem) && (good != null || !toldByOthers))
                .forEach(problem -> LOG.warn("{}{}", problem,
                        good == null && !late ? "" : "; the last good configuration stays in force"));
        if (news.isEmpty() && !told.isEmpty()) {
            LOG.info("{}: in order again", told.getFirst().file());
        }
    }

    private void apply(Map<String, String> values) throws IOException {
        applied = values;
        appliedNanos = System.nanoTime();
        revision = revisions.incrementAndGet();
        unproven = true;
        Hashtable<String, Object> properties = new Hashtable<>(values);
        properties.put(REVISION, revision);
        source.get().update(properties);
    }

    /**
     * Looks at what became of it.
     *
     * @param place of what a component says is wrong
     */
    void verify(Function<String, Problem> place, Inventory inventory) throws IOException {
        if (!unproven) {
            return;
        }
        Inventory.Result result = inventory.result(pid, REVISION, revision);
        switch (result.outcome()) {
            case UNKNOWN -> { }
            case TAKEN -> {
                unproven = false;
                if (!applied.equals(good)) {
                    before = good;
                    good = applied;
                }
            }
            case FAILED -> {
                unproven = false;
                refused = applied;
                if (problems.isEmpty()) {
                    say(List.of(place.apply(result.message().orElseThrow())));
                }
                if (good != null && !good.equals(applied)) {
                    apply(good);
                } else if (good == null && late) {
                    end();
                }
            }
        }
    }

    /**
     * The part broke its contract: if it was given another configuration a moment ago, it gets the one of before.
     *
     * @param file to be named
     * @param what it did
     */
    void takeBack(String file, String what) throws IOException {
        if (unproven || before == null || System.nanoTime() - appliedNanos > TO_BLAME.toNanos()) {
            return;
        }
        refused = applied;
        good = before;
        before = null;
        say(List.of(new Problem(file, 0, "is taken back: " + what)));
        apply(good);
    }

    void end() throws IOException {
        source.get().delete();
        applied = null;
    }
}
