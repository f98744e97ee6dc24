package org.cloakwork.launcher.cli;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * One line a record, whatever somebody else may have put into its text or into what was thrown: lines and escapes of
 * others are not to be taken for ours.
 */
final class LogLine extends Formatter {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    @Override
    public String format(LogRecord record) {
        StringBuilder lines = new StringBuilder(TIME.format(record.getInstant().atZone(ZoneId.systemDefault())))
                .append(' ').append(record.getLevel().getName()).append(' ').append(record.getLoggerName())
                .append(": ").append(printable(formatMessage(record))).append(System.lineSeparator());
        Set<Throwable> shown = Collections.newSetFromMap(new IdentityHashMap<>());
        String as = "";
        for (Throwable thrown = record.getThrown(); thrown != null && shown.add(thrown); thrown = thrown.getCause()) {
            lines.append(as).append(printable(thrown.toString())).append(System.lineSeparator());
            for (StackTraceElement at : thrown.getStackTrace()) {
                lines.append("\tat ").append(at).append(System.lineSeparator());
            }
            as = "Caused by: ";
        }
        return lines.toString();
    }

    private static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?");
    }
}
