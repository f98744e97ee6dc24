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

    static final String TIME = "HH:mm:ss.SSS ";
    static final String DATE_AND_TIME = "yyyy-MM-dd HH:mm:ss.SSS ";

    private final DateTimeFormatter time;

    /** @param time as {@link DateTimeFormatter} has it; empty if whoever reads it knows the time */
    LogLine(String time) {
        this.time = DateTimeFormatter.ofPattern(time);
    }

    @Override
    public String format(LogRecord record) {
        StringBuilder lines = new StringBuilder(time.format(record.getInstant().atZone(ZoneId.systemDefault())))
                .append(record.getLevel().getName()).append(' ').append(record.getLoggerName())
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
