package org.cloakwork.itests.line;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Loads pages as browsers do over HTTP/1.1: the document first, then what it names in its order, over six connections
 * that are opened as they are needed and kept until the page is there.
 */
final class Browser {

    private static final int CONNECTIONS = 6;
    private static final int LEAST_QUESTION = 350;
    private static final int QUESTION_SPREAD = 300;
    /** What is advertised is between nothing and twice as long as usual. */
    private static final int VARIED = 2;

    private final World world;
    private final Deque<Page.File> waiting = new ArrayDeque<>();
    private final List<Tunnel> tunnels = new ArrayList<>();
    private final Deque<Tunnel> free = new ArrayDeque<>();
    private Runnable then;

    Browser(World world) {
        this.world = world;
    }

    /**
     * @param page to be loaded
     * @param done runs when all of it is there
     */
    void load(Page page, Runnable done) {
        then = done;
        waiting.add(new Page.File(page.document(), false, page.files()));
        next();
    }

    private void next() {
        while (!waiting.isEmpty() && (!free.isEmpty() || tunnels.size() < CONNECTIONS)) {
            if (free.isEmpty()) {
                Tunnel opened = world.connect();
                tunnels.add(opened);
                free.add(opened);
            }
            Tunnel tunnel = free.remove();
            Page.File file = waiting.remove();
            int down = file.varies() ? 1 + world.randomness().nextInt(VARIED * file.bytes()) : file.bytes();
            tunnel.exchange(LEAST_QUESTION + world.randomness().nextInt(QUESTION_SPREAD), down, () -> {
                free.add(tunnel);
                waiting.addAll(file.files());
                next();
            });
        }
        if (waiting.isEmpty() && free.size() == tunnels.size()) {
            tunnels.forEach(Tunnel::close);
            tunnels.clear();
            free.clear();
            then.run();
        }
    }
}
