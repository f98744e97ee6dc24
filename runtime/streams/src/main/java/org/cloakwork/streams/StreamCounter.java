package org.cloakwork.streams;

import org.cloakwork.spi.runtime.Counters;

/** What {@link Streams} count. */
public enum StreamCounter implements Counters.Keyed {
    OPENED("streams.opened", "streams asked for at others"),
    ACCEPTED("streams.accepted", "streams of others accepted"),
    REFUSED("streams.refused", "streams of others refused: nobody listened, or there was no room"),
    BROKEN("streams.broken", "streams that did not end in order"),
    MOVED("streams.moved", "streams of ours that went on at another gateway of the other side"),
    FRAMES_REORDERED("streams.frames.reordered", "pieces of streams that waited for one before them"),
    FRAMES_EARLY("streams.frames.early", "frames kept because they came before the one that opens their stream"),
    FRAMES_LATE("streams.frames.dropped.late", "frames of streams that had ended, and pieces that came twice"),
    FRAMES_DROPPED("streams.frames.dropped.refused", "frames beyond a limit, or of streams that were never opened"),
    FRAMES_OF_OTHERS("streams.frames.dropped.other-way",
            "frames for a stream of ours that are no answer of whom it was opened to"),
    FRAMES_MALFORMED("streams.frames.dropped.malformed", "frames of streams that could not be read");

    private final String key;
    private final String description;

    StreamCounter(String key, String description) {
        this.key = key;
        this.description = description;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public String description() {
        return description;
    }
}
