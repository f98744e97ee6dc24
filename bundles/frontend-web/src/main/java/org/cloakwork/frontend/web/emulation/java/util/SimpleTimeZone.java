package org.cloakwork.frontend.web.emulation.java.util;

import java.util.Date;
import java.util.TimeZone;

/** A zone of one offset, which BouncyCastle names where it prints dates: TeaVM has none. */
public final class SimpleTimeZone extends TimeZone {

    private int offset;

    public SimpleTimeZone(int offset, String id) {
        this.offset = offset;
        setID(id);
    }

    @Override
    public int getOffset(int era, int year, int month, int day, int dayOfWeek, int millis) {
        return offset;
    }

    @Override
    public int getRawOffset() {
        return offset;
    }

    @Override
    public void setRawOffset(int millis) {
        offset = millis;
    }

    @Override
    public boolean inDaylightTime(Date date) {
        return false;
    }

    @Override
    public boolean useDaylightTime() {
        return false;
    }
}
