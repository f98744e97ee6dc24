package org.cloakwork.itests.line;

import java.time.Duration;

/** What somebody does with a client, over and over. */
public enum Scenario {
    /** Nothing. */
    IDLE("idle") {
        @Override
        void start(World world) {
            // that is all
        }
    },
    /** One large file after the other comes. */
    DOWNLOAD("download") {
        @Override
        void start(World world) {
            again(world.connect(), SMALL, LARGE);
        }
    },
    /** One large file after the other goes. */
    UPLOAD("upload") {
        @Override
        void start(World world) {
            again(world.connect(), LARGE, SMALL);
        }
    },
    /** Both at once. */
    BOTH("both") {
        @Override
        void start(World world) {
            DOWNLOAD.start(world);
            UPLOAD.start(world);
        }
    },
    /** Pages, with time to read them. */
    BROWSING("browsing") {
        @Override
        void start(World world) {
            Page page = Page.of(world.randomness().nextInt(1 << 20));
            new Browser(world).load(page, () -> world.after(reading(world), () -> start(world)));
        }

        private Duration reading(World world) {
            return Duration.ofMillis(2000 + world.randomness().nextInt(8000));
        }
    },
    /** Messages to somebody. */
    MESSAGES_OUT("messages out") {
        @Override
        void start(World world) {
            world.messageOut(MESSAGE_BYTES);
            world.after(MESSAGES, () -> start(world));
        }
    },
    /** Messages from somebody. */
    MESSAGES_IN("messages in") {
        @Override
        void start(World world) {
            world.messageIn(MESSAGE_BYTES);
            world.after(MESSAGES, () -> start(world));
        }
    };

    private static final int SMALL = 400;
    private static final int LARGE = 8_000_000;
    private static final int MESSAGE_BYTES = 10_000;
    private static final Duration MESSAGES = Duration.ofMillis(500);

    private final String text;

    Scenario(String text) {
        this.text = text;
    }

    /** {@return for people} */
    public String text() {
        return text;
    }

    /** Begins, and goes on for as long as the world runs. */
    abstract void start(World world);

    private static void again(Tunnel tunnel, long up, long down) {
        tunnel.exchange(up, down, () -> again(tunnel, up, down));
    }
}
