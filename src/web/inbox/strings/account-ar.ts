import type { AccountStrings } from './account-strings.ts';
import { plurals } from './plurals.ts';

export const accountAr: AccountStrings = {
  presence: {
    online: 'متصل الآن',
    justNow: 'آخر ظهور الآن',
    lastSeen: (ago) => `آخر ظهور ${ago}`,
  },
  mute: {
    options: 'خيارات المحادثة',
    mute: 'كتم هذه المحادثة',
    hours: plurals('ar', {
      one: 'لمدة ساعة',
      two: 'لمدة ساعتين',
      few: 'لمدة {n} ساعات',
      other: 'لمدة {n} ساعة',
    }),
    forGood: 'إلى أن ألغي الكتم',
    unmute: 'إلغاء الكتم',
    muted: 'مكتومة',
    mutedUntil: (time) => `مكتومة حتى ${time}`,
    isMuted: 'لن تصلك إشعارات من هذه المحادثة.',
    isUnmuted: 'ستصلك إشعارات من هذه المحادثة من جديد.',
  },
  settings: {
    title: 'الإعدادات',
    open: 'الإعدادات',
    close: 'إغلاق',
    loading: 'جارٍ تحميل إعداداتك…',
    failed: 'تعذّر تحميل إعداداتك.',
    retry: 'إعادة المحاولة',
    notSaved: 'تعذّر الحفظ. يُرجى المحاولة مرة أخرى.',
    notifications: 'الإشعارات على هذا الجهاز',
    notificationsHint: 'لتعرف بالرسائل الجديدة عندما تكون هذه الصفحة مغلقة.',
    areOn: 'الإشعارات مفعّلة.',
    turnOn: 'تفعيل',
    turnOff: 'إيقاف',
    denied: 'الإشعارات محظورة لهذا الموقع. يمكنك السماح بها في المتصفح بجانب عنوان الصفحة.',
    unsupported:
      'لا يستطيع هذا المتصفح عرض الإشعارات هنا. على iPhone أو iPad أضف الصفحة إلى الشاشة الرئيسية أولًا.',
    email: 'رسائل بريد إلكتروني عن الرسائل غير المقروءة',
    quietHours: 'ساعات الهدوء',
    quietHoursHint: 'لا إشعارات في هذا الوقت.',
    from: 'من',
    to: 'إلى',
    timeZone: (name) => `المنطقة الزمنية: ${name}`,
    sameTime: 'يجب ألّا يتطابق الوقتان.',
    hidePresence: 'إخفاء وقت اتصالي',
    hidePresenceHint: 'لا يرى الآخرون أنك متصل ولا متى كنت هنا آخر مرة.',
  },
};
