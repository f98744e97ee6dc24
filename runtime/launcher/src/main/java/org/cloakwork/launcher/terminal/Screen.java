package org.cloakwork.launcher.terminal;

import java.io.IOException;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/** The whole terminal, shown anew from time to time, until somebody presses q. What was there before comes back. */
public final class Screen implements AutoCloseable {

    private static final String ENDS = "qQ\u0003\u0004\u001b";

    private final Terminal terminal;
    private final Attributes before;
    private final Display display;

    /** @param terminal to be closed afterwards by whoever opened it */
    public Screen(Terminal terminal) {
        this.terminal = terminal;
        before = terminal.enterRawMode();
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        display = new Display(terminal, true);
    }

    /** @param lines to show; what has no room is left out */
    public void show(List<AttributedString> lines) {
        int columns = Math.max(terminal.getWidth(), 1);
        int rows = Math.max(terminal.getHeight(), 1);
        display.resize(rows, columns);
        display.update(lines.stream().limit(rows).map(line -> line.columnSubSequence(0, columns)).toList(), -1);
        terminal.flush();
    }

    /** {@return whether somebody wants to end it; waits for that for so long} */
    public boolean isLeft(long millis) throws IOException {
        int key = terminal.reader().read(millis);
        return key == NonBlockingReader.EOF || key >= 0 && ENDS.indexOf(key) >= 0;
    }

    @Override
    public void close() {
        terminal.puts(Capability.cursor_visible);
        terminal.puts(Capability.exit_ca_mode);
        terminal.setAttributes(before);
        terminal.flush();
    }
}
