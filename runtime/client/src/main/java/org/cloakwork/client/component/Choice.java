package org.cloakwork.client.component;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.cloakwork.spi.part.PartKind;

/** The parts of one kind that are there, and the one the configuration names. */
final class Choice<T> {

    private final Class<T> type;
    private final BiConsumer<String, T> use;
    @GuardedBy("this")
    private final Map<String, T> present = new HashMap<>();
    @GuardedBy("this")
    private String wanted;
    @GuardedBy("this")
    private T used;

    /** @param use told of each change: the name that is wanted, and the part, null while there is none */
    Choice(PartKind<T> kind, BiConsumer<String, T> use) {
        type = kind.service();
        this.use = use;
    }

    synchronized void choose(String name) {
        wanted = name;
        update();
    }

    synchronized void add(Object part, String name) {
        present.put(name, type.cast(part));
        update();
    }

    synchronized void remove(Object part) {
        present.values().removeIf(candidate -> candidate == part);
        update();
    }

    @GuardedBy("this")
    private void update() {
        T best = wanted == null ? null : present.get(wanted);
        if (best != used) {
            used = best;
            use.accept(wanted, best);
        }
    }
}
