"""What every phrase means: one line a case, `words | kind start end field=value …`, read on 5 March 2014.

`-` stands for null. Fields not named must be absent; `why` is not looked at here.
"""

from datetime import date

import pytest

from bot.core.dates.reading import as_json, read
from bot.core.dates.resolve import Reference

WRITTEN = Reference(2014, date(2014, 3, 5))

TABLE = """
# One day
二〇一四年三月五日 | point 2014-03-05 2014-03-05
6月26 | point 2014-06-26 2014-06-26
6月14日 | point 2014-06-14 2014-06-14
3月5日（星期三） | point 2014-03-05 2014-03-05
4月第二个周三 | point 2014-04-09 2014-04-09
3月最后一个工作日 | point 2014-03-31 2014-03-31
二季度末 | point 2014-06-30 2014-06-30
年底 | point 2014-12-31 2014-12-31
教师节前夕 | point 2014-09-09 2014-09-09
2014.3.5 | point 2014-03-05 2014-03-05
明天下午 | point 2014-03-06 2014-03-06
2月底 | point 2014-02-28 2014-02-28
2016年2月29日 | point 2016-02-29 2016-02-29
端午节当天 | point 2014-06-02 2014-06-02
重阳节 | point 2014-10-02 2014-10-02
腊月二十三 | point 2015-02-11 2015-02-11
本周五 | point 2014-03-07 2014-03-07
今天 | point 2014-03-05 2014-03-05
3月12日14时30分 | point 2014-03-12 2014-03-12 time=14:30
3月12日（星期三）上午9:00—11:30 | point 2014-03-12 2014-03-12 time=09:00
3月12日晚7点半 | point 2014-03-12 2014-03-12 time=19:30
3月12日晚上 | point 2014-03-12 2014-03-12
2014年03月12日 | point 2014-03-12 2014-03-12
2014/3/12 | point 2014-03-12 2014-03-12
14年3月底 | point 2014-03-31 2014-03-31
3月8日国际妇女节 | point 2014-03-08 2014-03-08
“七一”表彰大会于6月30日召开 | point 2014-06-30 2014-06-30
6月上旬末 | point 2014-06-10 2014-06-10
6月下旬末 | point 2014-06-30 2014-06-30
今年底 | point 2014-12-31 2014-12-31
3月20日零时 | point 2014-03-20 2014-03-20 time=00:00
周五（3月21日） | point 2014-03-21 2014-03-21
本月20日 | point 2014-03-20 2014-03-20
3月20号 | point 2014-03-20 2014-03-20
3月20日、25日 | point 2014-03-20 2014-03-20 confirm=True
三月第三个星期五下午 | point 2014-03-21 2014-03-21
建党93周年前夕 | point 2014-06-30 2014-06-30
党的生日前夕 | point 2014-06-30 2014-06-30
4月10日(周四) | point 2014-04-10 2014-04-10
4月10日星期四 | point 2014-04-10 2014-04-10
12月4日宪法日 | point 2014-12-04 2014-12-04
20140301 | point 2014-03-01 2014-03-01
春节前夕 | point 2015-02-18 2015-02-18 confirm=True
中秋、国庆前夕 | point 2014-09-07 2014-09-07 confirm=True
五一节前夕 | point 2014-04-30 2014-04-30
元旦前夕 | point 2014-12-31 2014-12-31
七一建党节前夕 | point 2014-06-30 2014-06-30
清明节 | point 2014-04-05 2014-04-05
（1）3月5日 | point 2014-03-05 2014-03-05
附件1 3月5日 | point 2014-03-05 2014-03-05
3月31日是全国中小学安全教育日 | point 2014-03-31 2014-03-31
3月26日（安全教育日前一周的星期三） | point 2014-03-26 2014-03-26
4月23日世界读书日当天 | point 2014-04-23 2014-04-23
5月份第二个星期日 | point 2014-05-11 2014-05-11
高三年级5月底结课 | point 2014-05-31 2014-05-31
2014级新生9月1日报到 | point 2014-09-01 2014-09-01
9月1日开学 | point 2014-09-01 2014-09-01
3月31日24时 | point 2014-03-31 2014-03-31 time=24:00
3月31日晚12点 | point 2014-03-31 2014-03-31 time=24:00
3月31日（本周一） | point 2014-03-31 2014-03-31

# From one day to another; without an end where only a beginning is written
3月上旬 | window 2014-03-01 2014-03-10
3 月上旬 | window 2014-03-01 2014-03-10
３月中下旬 | window 2014-03-11 2014-03-31
2月下旬至4月下旬 | window 2014-02-21 2014-04-30
7月中旬至9月底 | window 2014-07-11 2014-09-30
9月份 | window 2014-09-01 2014-09-30
6月至7月 | window 2014-06-01 2014-07-31
7月上旬至7月中旬 | window 2014-07-01 2014-07-20
12月中旬至1月上旬 | window 2014-12-11 2015-01-10 confirm=True
12月至次年1月 | window 2014-12-01 2015-01-31
3—4月 | window 2014-03-01 2014-04-30
3月5—8日 | window 2014-03-05 2014-03-08
3月5日、6日 | window 2014-03-05 2014-03-06
3月上、中旬 | window 2014-03-01 2014-03-20
3月下旬到4月上旬 | window 2014-03-21 2014-04-10
3月1日起 | window 2014-03-01 -
即日起至4月20日 | window 2014-03-05 2014-04-20
从3月5日开始 | window 2014-03-05 -
上半年 | window 2014-01-01 2014-06-30
第一季度 | window 2014-01-01 2014-03-31
3.15-3.20 | window 2014-03-15 2014-03-20
2014年3月—9月 | window 2014-03-01 2014-09-30
3月、4月 | window 2014-03-01 2014-04-30
3月学雷锋 | window 2014-03-01 2014-03-31
2014年3月1日至15日，为宣传发动阶段 | window 2014-03-01 2014-03-15
第一阶段：动员部署（3月1日—3月15日） | window 2014-03-01 2014-03-15
3月1日-2014年4月30日 | window 2014-03-01 2014-04-30
自5月8日起至6月8日止 | window 2014-05-08 2014-06-08
于5月中旬、6月中旬分别召开座谈会 | window 2014-05-11 2014-05-20 confirm=True
3月、6月、9月各召开一次 | window 2014-03-01 2014-03-31 confirm=True
三季度 | window 2014-07-01 2014-09-30
2013年3月至2014年6月 | window 2013-03-01 2014-06-30
3月中上旬 | window 2014-03-01 2014-03-20
国庆期间 | window 2014-10-01 2014-10-07 confirm=True
清明节期间 | window 2014-04-05 2014-04-07 confirm=True
教师节后 | window 2014-09-11 -
从9月初到年底 | window 2014-09-01 2014-12-31 confirm=True
3月上半月 | window 2014-03-01 2014-03-15
下周 | window 2014-03-10 2014-03-16
本月中旬 | window 2014-03-11 2014-03-20
本月 | window 2014-03-01 2014-03-31
2014.03.12-2014.04.15 | window 2014-03-12 2014-04-15
3月下旬4月上旬 | window 2014-03-21 2014-04-10
拟于4月中旬组织开展一次集中学习 | window 2014-04-11 2014-04-20
春节期间开展走访慰问 | window 2014-01-31 2014-02-06 confirm=True
“五一”期间加强值班 | window 2014-05-01 2014-05-03 confirm=True
元旦、春节期间 | window 2014-01-01 2014-01-01 confirm=True
国庆、中秋期间 | window 2014-10-01 2014-10-07 confirm=True
2014年3月 | window 2014-03-01 2014-03-31
3月上旬开始 | window 2014-03-01 -
3月上旬起至5月底 | window 2014-03-01 2014-05-31
从3月上旬至5月中旬 | window 2014-03-01 2014-05-20
3月上旬至中旬 | window 2014-03-01 2014-03-20
自查阶段（4月1日至4月20日） | window 2014-04-01 2014-04-20
整改阶段：5月—8月 | window 2014-05-01 2014-08-31
总结阶段 9月 | window 2014-09-01 2014-09-30
5月（时间另定） | window 2014-05-01 2014-05-31
4 月 5 日 — 4 月 12 日 | window 2014-04-05 2014-04-12
４月５日～１２日 | window 2014-04-05 2014-04-12
四月五日至四月十二日 | window 2014-04-05 2014-04-12
明年上半年 | window 2015-01-01 2015-06-30
12月底至翌年1月中旬 | window 2014-12-31 2015-01-20
2014年11月至2015年2月 | window 2014-11-01 2015-02-28
2014年11月至2月 | window 2014-11-01 2015-02-28 confirm=True
9月至7月 | window 2014-09-01 2015-07-31 confirm=True
3月至2月 | window 2014-03-01 2015-02-28 confirm=True
4月10日至3月10日 | window 2014-04-10 2015-03-10 confirm=True
公示期为3月10日至3月16日 | window 2014-03-10 2014-03-16
3月10日至16日（共7天） | window 2014-03-10 2014-03-16
学习3天（3月10日—12日） | window 2014-03-10 2014-03-12
3月10日—12日，3天 | window 2014-03-10 2014-03-12
逾期未报的，4月起通报批评 | window 2014-04-01 -
3月20日（周四）至21日（周五） | window 2014-03-20 2014-03-21
3月20—21日（星期四、星期五） | window 2014-03-20 2014-03-21
3月20日，21日 | window 2014-03-20 2014-03-21
争取在4月中旬完成第一轮走访 | window 2014-04-11 2014-04-20
计划于5月上中旬开展家长开放日 | window 2014-05-01 2014-05-20
预计6月份召开 | window 2014-06-01 2014-06-30
力争上半年完成 | window 2014-01-01 2014-06-30
上半年完成 | window 2014-01-01 2014-06-30
三季度完成主体工程 | window 2014-07-01 2014-09-30
2014年第四季度 | window 2014-10-01 2014-12-31
四季度 | window 2014-10-01 2014-12-31
3月是学雷锋活动月 | window 2014-03-01 2014-03-31
3月学雷锋活动月期间 | window 2014-03-01 2014-03-31
4月份为宣传月 | window 2014-04-01 2014-04-30
9月为师德建设月 | window 2014-09-01 2014-09-30
4—5月 | window 2014-04-01 2014-05-31
4、5月份 | window 2014-04-01 2014-05-31
4月至5月间 | window 2014-04-01 2014-05-31
4月到5月 | window 2014-04-01 2014-05-31
自4月起 | window 2014-04-01 -
自4月1日起至4月30日 | window 2014-04-01 2014-04-30
4月1日起，为期一个月 | window 2014-04-01 2014-04-30 confirm=True
从4月1日开始，利用两周时间 | window 2014-04-01 2014-04-14 confirm=True
4月1日至4月30日，为期一个月 | window 2014-04-01 2014-04-30
4月10日—4月20日（含双休日） | window 2014-04-10 2014-04-20
第三季度 | window 2014-07-01 2014-09-30
十一期间 | window 2014-10-01 2014-10-07 confirm=True
1．6月上旬 | window 2014-06-01 2014-06-10
自2014年3月1日起施行 | window 2014-03-01 -
任期三年，自2014年9月至2017年8月 | window 2014-09-01 2017-08-31
第一阶段已结束，第二阶段将于5月启动 | window 2014-05-01 2014-05-31
第二阶段将于5月启动 | window 2014-05-01 2014-05-31
四月祭英烈 | window 2014-04-01 2014-04-30
9月1日-3日军训 | window 2014-09-01 2014-09-03
8月30、31日报名 | window 2014-08-30 2014-08-31
8月30日—31日报名注册 | window 2014-08-30 2014-08-31
6月7、8日高考 | window 2014-06-07 2014-06-08
6月7日至8日 | window 2014-06-07 2014-06-08
热线电话开通时间为3月10日至4月30日 | window 2014-03-10 2014-04-30
二〇一四年三月 | window 2014-03-01 2014-03-31
今年3月至9月，利用半年左右时间 | window 2014-03-01 2014-09-30
7月、8月暑假期间 | window 2014-07-01 2014-08-31

# Until a day, with it
三月底前 | by - 2014-03-31
6月上旬前 | by - 2014-06-10 confirm=True alt_end=2014-05-31
6月中旬前完成 | by - 2014-06-20 confirm=True alt_end=2014-06-10
6月下旬前 | by - 2014-06-30 confirm=True alt_end=2014-06-20
9月底前 | by - 2014-09-30
截至4月10日 | by - 2014-04-10
不迟于4月10日17:00 | by - 2014-04-10 time=17:00
4月10日下午5点前 | by - 2014-04-10 time=17:00
4月10日下班前 | by - 2014-04-10
年底前 | by - 2014-12-31
明年1月底前 | by - 2015-01-31
2014-03-05前 | by - 2014-03-05
本月底前 | by - 2014-03-31
下周五前 | by - 2014-03-14
四月二十日以前 | by - 2014-04-20
4月20日之前报送 | by - 2014-04-20
务必于4月20日（周日）前 | by - 2014-04-20
请各单位4月20日16:30前将材料电子稿发至邮箱 | by - 2014-04-20 time=16:30
报名截止时间：5月8日 | by - 2014-05-08
5月8日截止 | by - 2014-05-08
5月8日（含）前 | by - 2014-05-08
第一批3月底前、第二批4月底前完成 | by - 2014-03-31
一季度前完成 | by - 2014-03-31 confirm=True alt_end=2013-12-31
上半年前 | by - 2014-06-30 confirm=True alt_end=2013-12-31
到2015年底 | by - 2015-12-31
根据3月10日召开的推进会要求，4月底前完成整改 | by - 2014-04-30
五一小学3月底前完成 | by - 2014-03-31
农历八月十五前 | by - 2014-09-08
正月十五前 | by - 2015-03-05 confirm=True
本周内 | by - 2014-03-09 confirm=True alt_end=2014-03-07
下月10日前 | by - 2014-04-10
次月5日前 | by - 2014-04-05
3.12前 | by - 2014-03-12
3/15前 | by - 2014-03-15
20140320前 | by - 2014-03-20
请于3月15日前将自查报告报局办公室 | by - 2014-03-15
到2020年基本实现教育现代化 | by - 2020-12-31
第二季度前 | by - 2014-06-30 confirm=True alt_end=2014-03-31
二零一四年十二月底前 | by - 2014-12-31
年底前完成全年任务 | by - 2014-12-31
本年度内 | by - 2014-12-31
今年内 | by - 2014-12-31
2014年内 | by - 2014-12-31
至3月20日 | by - 2014-03-20
截止3月20日17时 | by - 2014-03-20 time=17:00
最晚3月20日 | by - 2014-03-20
最迟不超过6月底 | by - 2014-06-30
3月20日17:00止 | by - 2014-03-20 time=17:00
3月20日12点前 | by - 2014-03-20 time=12:00
3月20日24时前 | by - 2014-03-20 time=24:00
3月20日中午前 | by - 2014-03-20 time=12:00
尚未完成的单位须于3月25日前补齐 | by - 2014-03-25
4月15日前，各支部召开专题组织生活会，4月底前报送总结 | by - 2014-04-15
第三季度末前 | by - 2014-09-30
4月10日（星期四）前 | by - 2014-04-10
截至3月20日 | by - 2014-03-20
截止日期为3月20日 | by - 2014-03-20
12.4前 | by - 2014-12-04
十一月底前 | by - 2014-11-30
2. 3月20日前 | by - 2014-03-20
1.3月底前 | by - 2014-03-31
2、3月20日前上报 | by - 2014-03-20
3.1 3月5日前上报 | by - 2014-03-05
“5·12”防灾减灾日前开展演练 | by - 2014-05-12
6月26日国际禁毒日前 | by - 2014-06-26
到2016年，全县建成 | by - 2016-12-31
到2015年底全面完成 | by - 2015-12-31
3月31日上午下班前 | by - 2014-03-31

# Until before something
5月前 | before - 2014-04-30
国庆节前 | before - 2014-09-30
五一前 | before - 2014-04-30
通报会前发放给与会人员 | before - - relative_to=通报会 direction=before
春节前 | before - 2015-02-18 confirm=True
元旦前 | before - 2014-12-31
端午节前 | before - 2014-06-01
中秋前 | before - 2014-09-07
七一前 | before - 2014-06-30
2015年前 | before - 2014-12-31
寒假前 | before - - relative_to=寒假 direction=before
期末考试前 | before - - relative_to=期末考试 direction=before
高考前 | before - - relative_to=高考 direction=before
“五一”节前 | before - 2014-04-30
元宵节前 | before - 2015-03-04 confirm=True
2015年春节前 | before - 2015-02-18
6·1前 | before - 2014-05-31
3•8节前 | before - 2014-03-07
学期结束前 | before - - relative_to=学期结束 direction=before
7.1前 | before - 2014-06-30 confirm=True alt_end=2014-07-01
儿童节前 | before - 2014-05-31
国庆65周年前 | before - 2014-09-30
新学期开学前 | before - - relative_to=新学期开学 direction=before
毕业典礼前 | before - - relative_to=毕业典礼 direction=before
民主生活会前 | before - - relative_to=民主生活会 direction=before
2014年秋季开学前 | before - - relative_to=2014年秋季开学 direction=before
暑假前完成 | before - - relative_to=暑假 direction=before
会前 | before - - relative_to=会 direction=before
放假前 | before - - relative_to=放假 direction=before
“七一”前 | before - 2014-06-30
“十一”前 | before - 2014-09-30
十一前 | before - 2014-09-30
2014年清明节前 | before - 2014-04-04
2015年元旦前 | before - 2014-12-31
明年春节前 | before - 2015-02-18
今年春节前 | before - 2014-01-30
国庆假期前 | before - 2014-09-30
艺术节前 | before - - relative_to=艺术节 direction=before
1月前 | before - 2014-12-31 confirm=True

# Hanging on an event
自公示之日起5个工作日内 | relative - - relative_to=公示 offset_days=5 direction=after workdays=True
收到通知后3日内 | relative - - relative_to=收到通知 offset_days=3 direction=after
会前3天 | relative - - relative_to=会 offset_days=3 direction=before
会后一周内 | relative - - relative_to=会 offset_days=7 direction=after
活动结束时 | relative - - relative_to=活动结束 offset_days=0 direction=after
两周内 | relative - - offset_days=14 direction=after
3月5日动员会后一周内 | relative 2014-03-06 2014-03-12 relative_to=3月5日动员会 offset_days=7 direction=after
3月10日起10个工作日内 | relative 2014-03-11 2014-03-24 relative_to=3月10日 offset_days=10 direction=after workdays=True
开学后两周内 | relative - - relative_to=开学 offset_days=14 direction=after
开学后第二周 | relative - - relative_to=开学 offset_days=14 direction=after
放假前一周 | relative - - relative_to=放假 offset_days=7 direction=before
中考结束后 | relative - - relative_to=中考结束 direction=after
3个月内完成整改 | relative - - offset_days=90 direction=after
半个月内 | relative - - offset_days=15 direction=after
十天内反馈 | relative - - offset_days=10 direction=after
即日起10日内 | relative 2014-03-06 2014-03-15 relative_to=即日 offset_days=10 direction=after
整改通知下达之日起15个工作日内 | relative - - relative_to=整改通知下达 offset_days=15 direction=after workdays=True
会议召开前5日 | relative - - relative_to=会议 offset_days=5 direction=before
会前一周内 | relative - - relative_to=会 offset_days=7 direction=before
会后第3天 | relative - - relative_to=会 offset_days=3 direction=after
会后次日 | relative - - relative_to=会 offset_days=1 direction=after
会议当天 | relative - - relative_to=会议 offset_days=0 direction=after
民主生活会召开前3天，将方案报审 | relative - - relative_to=民主生活会 offset_days=3 direction=before
民主评议结束后根据督导组安排开展个别谈话 | relative - - relative_to=民主评议结束 direction=after
5日内 | relative - - offset_days=5 direction=after
24小时内 | relative - - offset_days=1 direction=after
48小时内报告 | relative - - offset_days=2 direction=after
一周后 | relative - - offset_days=7 direction=after
三天后召开 | relative - - offset_days=3 direction=after
专题民主生活会召开后15日内 | relative - - relative_to=专题民主生活会 offset_days=15 direction=after
专题民主生活会后15天之内 | relative - - relative_to=专题民主生活会 offset_days=15 direction=after
在专题民主生活会结束15日内 | relative - - relative_to=专题民主生活会结束 offset_days=15 direction=after
自民主生活会召开之日起15日内 | relative - - relative_to=民主生活会 offset_days=15 direction=after
民主生活会后半个月内 | relative - - relative_to=民主生活会 offset_days=15 direction=after
民主生活会后1个月内 | relative - - relative_to=民主生活会 offset_days=30 direction=after
民主生活会一个月后 | relative - - relative_to=民主生活会 offset_days=30 direction=after
会前15天 | relative - - relative_to=会 offset_days=15 direction=before
会前两周 | relative - - relative_to=会 offset_days=14 direction=before
提前3天报送 | relative - - offset_days=3 direction=before
收到本通知3日内 | relative - - relative_to=收到本通知 offset_days=3 direction=after
中考前一周 | relative - - relative_to=中考 offset_days=7 direction=before
开学典礼后 | relative - - relative_to=开学典礼 direction=after
30日内 | relative - - offset_days=30 direction=after
10个工作日内 | relative - - offset_days=10 direction=after workdays=True
五个工作日以内 | relative - - offset_days=5 direction=after workdays=True
七日内 | relative - - offset_days=7 direction=after
7日内答复 | relative - - offset_days=7 direction=after
自收到之日起7日内 | relative - - relative_to=收到 offset_days=7 direction=after
接到投诉后24小时内 | relative - - relative_to=接到投诉 offset_days=1 direction=after
受理后5个工作日内 | relative - - relative_to=受理 offset_days=5 direction=after workdays=True
会议结束后2日内 | relative - - relative_to=会议结束 offset_days=2 direction=after
会议结束后两天内上报 | relative - - relative_to=会议结束 offset_days=2 direction=after
会后三天 | relative - - relative_to=会 offset_days=3 direction=after
会后 | relative - - relative_to=会 direction=after
开会前一天 | relative - - relative_to=开会 offset_days=1 direction=before
考试前一天 | relative - - relative_to=考试 offset_days=1 direction=before
节后第一周 | relative - - relative_to=节 offset_days=7 direction=after
期中考试后一周内 | relative - - relative_to=期中考试 offset_days=7 direction=after
期末考试结束后 | relative - - relative_to=期末考试结束 direction=after

# Again and again
每周五 | recurring - - rrule=FREQ=WEEKLY;BYDAY=FR next=2014-03-07
每周五下午3点前 | recurring - - time=15:00 rrule=FREQ=WEEKLY;BYDAY=FR next=2014-03-07
每月10日 | recurring - - rrule=FREQ=MONTHLY;BYMONTHDAY=10 next=2014-03-10
每月底前 | recurring - - rrule=FREQ=MONTHLY;BYMONTHDAY=-1 next=2014-03-31
每季度末 | recurring - - rrule=FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1 next=2014-03-31
每周一至周五 | recurring - - rrule=FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR next=2014-03-05
每周二、四下午 | recurring - - rrule=FREQ=WEEKLY;BYDAY=TU,TH next=2014-03-06
每周一例会 | recurring - - rrule=FREQ=WEEKLY;BYDAY=MO next=2014-03-10
每周一次例会 | recurring - - rrule=FREQ=WEEKLY
每周报送一次 | recurring - - rrule=FREQ=WEEKLY
每两周召开一次 | recurring - - rrule=FREQ=WEEKLY;INTERVAL=2
隔周周三 | recurring - - rrule=FREQ=WEEKLY;INTERVAL=2;BYDAY=WE
每月最后一个周五 | recurring - - rrule=FREQ=MONTHLY;BYDAY=-1FR next=2014-03-28
每月25日至月底 | recurring - - confirm=True rrule=FREQ=MONTHLY;BYMONTHDAY=25 next=2014-03-25
每月第一个周一 | recurring - - rrule=FREQ=MONTHLY;BYDAY=1MO next=2014-04-07
每季度第一个月10日前 | recurring - - rrule=FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=10 next=2014-04-10
每季度召开一次 | recurring - - rrule=FREQ=MONTHLY;INTERVAL=3
每半年一次 | recurring - - rrule=FREQ=MONTHLY;INTERVAL=6
每年9月10日 | recurring - - rrule=FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=10 next=2014-09-10
每年6月底、12月底前 | recurring - - rrule=FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1 next=2014-06-30
每天上午9:00 | recurring - - time=09:00 rrule=FREQ=DAILY next=2014-03-05
每个工作日17:00前 | recurring - - time=17:00 rrule=FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR next=2014-03-05
一月一次 | recurring - - rrule=FREQ=MONTHLY
按月报送 | recurring - - rrule=FREQ=MONTHLY
按季度通报 | recurring - - rrule=FREQ=MONTHLY;INTERVAL=3
每月15日和30日 | recurring - - rrule=FREQ=MONTHLY;BYMONTHDAY=15,30 next=2014-03-15
3月至9月每周五报送 | recurring 2014-03-01 2014-09-30 rrule=FREQ=WEEKLY;BYDAY=FR;UNTIL=20140930 next=2014-03-07
每季度末月20日前 | recurring - - rrule=FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=20 next=2014-03-20
每周五下班前 | recurring - - rrule=FREQ=WEEKLY;BYDAY=FR next=2014-03-07
3月份起每月底前 | recurring 2014-03-01 - rrule=FREQ=MONTHLY;BYMONTHDAY=-1 next=2014-03-31
每月5日前报送上月情况 | recurring - - rrule=FREQ=MONTHLY;BYMONTHDAY=5 next=2014-03-05
每月1日、15日 | recurring - - rrule=FREQ=MONTHLY;BYMONTHDAY=1,15 next=2014-03-15
每周一上午 | recurring - - rrule=FREQ=WEEKLY;BYDAY=MO next=2014-03-10
每周一、三、五 | recurring - - rrule=FREQ=WEEKLY;BYDAY=MO,WE,FR next=2014-03-05
每周五下午4:00前 | recurring - - time=16:00 rrule=FREQ=WEEKLY;BYDAY=FR next=2014-03-07
每逢周五 | recurring - - rrule=FREQ=WEEKLY;BYDAY=FR next=2014-03-07
双周周四 | recurring - - rrule=FREQ=WEEKLY;INTERVAL=2;BYDAY=TH
每月第二周 | recurring - - confirm=True rrule=FREQ=MONTHLY
每月中旬 | recurring - - confirm=True rrule=FREQ=MONTHLY;BYMONTHDAY=11 next=2014-03-11
每月底 | recurring - - rrule=FREQ=MONTHLY;BYMONTHDAY=-1 next=2014-03-31
每月末 | recurring - - rrule=FREQ=MONTHLY;BYMONTHDAY=-1 next=2014-03-31
每月上旬召开一次 | recurring - - confirm=True rrule=FREQ=MONTHLY;BYMONTHDAY=1 next=2014-04-01
每季度最后一周 | recurring - - rrule=FREQ=MONTHLY;INTERVAL=3
每季度末25日前 | recurring - - rrule=FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=25 next=2014-03-25
每年4月 | recurring - - rrule=FREQ=YEARLY;BYMONTH=4
每年4月23日世界读书日 | recurring - - rrule=FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=23 next=2014-04-23
每年年底 | recurring - - rrule=FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1 next=2014-12-31
每年年底前 | recurring - - rrule=FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1 next=2014-12-31
一年一次 | recurring - - rrule=FREQ=YEARLY
一季度一次 | recurring - - rrule=FREQ=MONTHLY;INTERVAL=3
一周一次 | recurring - - rrule=FREQ=WEEKLY
半年一次 | recurring - - rrule=FREQ=MONTHLY;INTERVAL=6
半月一报 | recurring - - rrule=FREQ=WEEKLY;INTERVAL=2
一日一报 | recurring - - rrule=FREQ=DAILY next=2014-03-05
每日17时前 | recurring - - time=17:00 rrule=FREQ=DAILY next=2014-03-05
逢双周周五 | recurring - - rrule=FREQ=WEEKLY;INTERVAL=2;BYDAY=FR
每月最后一个工作日 | recurring - - confirm=True rrule=FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 next=2014-03-31
每月第一个工作日前报送 | recurring - - confirm=True rrule=FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1 next=2014-04-01
每月5日17:00前 | recurring - - time=17:00 rrule=FREQ=MONTHLY;BYMONTHDAY=5 next=2014-03-05
每月10日上午 | recurring - - rrule=FREQ=MONTHLY;BYMONTHDAY=10 next=2014-03-10
每年暑假组织教师培训 | recurring - - rrule=FREQ=YEARLY
每年9月开展师德宣传月活动 | recurring - - rrule=FREQ=YEARLY;BYMONTH=9
每周五第七节课 | recurring - - rrule=FREQ=WEEKLY;BYDAY=FR next=2014-03-07
不晚于每月10日 | recurring - - rrule=FREQ=MONTHLY;BYMONTHDAY=10 next=2014-03-10
4月8日起每周二上报 | recurring 2014-04-08 - rrule=FREQ=WEEKLY;BYDAY=TU next=2014-04-08
从4月开始，每月25日前上报进度 | recurring 2014-04-01 - rrule=FREQ=MONTHLY;BYMONTHDAY=25 next=2014-04-25
4月至6月，每月至少走访一次 | recurring 2014-04-01 2014-06-30 rrule=FREQ=MONTHLY;UNTIL=20140630

# Ambiguous: a question, and perhaps a suggestion
3月5日（星期四）下午2:30 | ask - - suggest=2014-03-05
2月30日前 | ask - - suggest=2014-02-28
3月20日至10日 | ask - - suggest=2014-03-10/2014-03-20
2014年9月至2014年3月 | ask - -
上旬完成 | ask - - suggest=2014-03-01/2014-03-10
月底前 | ask - - suggest=2014-03-31
学期末 | ask - -
15日前 | ask - - suggest=2014-03-15
3-5日 | ask - - suggest=2014-03-03/2014-03-05
7月1日前后 | ask - - suggest=2014-07-01
4月初 | ask - - suggest=2014-04-01/2014-04-10
×月×日前 | ask - -
3月或4月 | ask - - suggest=2014-03-01/2014-04-30
今年暑假期间 | ask - -
暑期集中轮训 | ask - -
每学期开展一次 | ask - -
3月底4月初 | ask - - suggest=2014-03-31/2014-04-10
6月底7月初 | ask - - suggest=2014-06-30/2014-07-10
3月中 | ask - - suggest=2014-03-11/2014-03-20
2月29日 | ask - - suggest=2014-02-28
4月31日 | ask - - suggest=2014-04-30
13月5日 | ask - -
3月32日 | ask - -
3月15日左右 | ask - - suggest=2014-03-15
五一前后 | ask - - suggest=2014-05-01
七一期间 | ask - - suggest=2014-07-01
五一后 | ask - - suggest=2014-05-04
国庆节后一周内 | ask - - relative_to=国庆节 offset_days=7 direction=after
春节后 | ask - - suggest=2014-02-07
9月初开学 | ask - - suggest=2014-09-01/2014-09-10
下半月 | ask - - suggest=2014-03-16/2014-03-31
4月第一周 | ask - - suggest=2014-04-01/2014-04-07
第三周 | ask - -
周五前 | ask - - suggest=2014-03-07
周五下午3点 | ask - - suggest=2014-03-07
尽快完成 | ask - -
近期 | ask - -
定期召开座谈会 | ask - -
时间另行通知 | ask - -
待定 | ask - -
择日召开 | ask - -
时间：待定 | ask - -
利用暑期，对直属学校27个基层党组织进行集中轮训 | ask - -
每学期初 | ask - -
周一至周五 | ask - - suggest=2014-03-10
廿八日前 | ask - - suggest=2014-03-28
3月30日至2日 | ask - - suggest=2014-03-02/2014-03-30
5月20日-5月10日 | ask - - suggest=2014-05-10/2014-05-20
3月20日（星期五）至21日 | ask - - suggest=2014-03-20
星期三（3月20日）前 | ask - - suggest=2014-03-20
20号前 | ask - - suggest=2014-03-20
20号 | ask - - suggest=2014-03-20
20日下午 | ask - - suggest=2014-03-20
3月的第三周 | ask - - suggest=2014-03-15/2014-03-21
教师节期间 | ask - - suggest=2014-09-10
开学第一周 | ask - -
4月中旬前后 | ask - - suggest=2014-04-11/2014-04-20
本学期第10周 | ask - -
2014年春季学期 | ask - -
寒假期间组织家访 | ask - -
两会期间 | ask - -
高考期间 | ask - -
五四青年节期间 | ask - - suggest=2014-05-04
4月10日周五 | ask - - suggest=2014-04-10
4月10日（星期五） | ask - - suggest=2014-04-10
4月31日前 | ask - - suggest=2014-04-30
2月30日 | ask - - suggest=2014-02-28
6月31日 | ask - - suggest=2014-06-30
9月31日前 | ask - - suggest=2014-09-30
11月31日至12月5日 | ask - -
25日至28日 | ask - - suggest=2014-03-25/2014-03-28
25—28日 | ask - - suggest=2014-03-25/2014-03-28
于25日前 | ask - - suggest=2014-03-25
每学年一次 | ask - -
每学期不少于2次 | ask - -
第3周 | ask - -
节前 | ask - -
节后 | ask - -
春节假期后 | ask - - suggest=2014-02-07
春节前后 | ask - - suggest=2014-01-31
“七一”前后 | ask - - suggest=2014-07-01
国庆长假后 | ask - - suggest=2014-10-08
清明节后 | ask - - suggest=2014-04-08
2014年前 | ask - -
全国中小学安全教育日（3月31日）前后 | ask - - suggest=2014-03-31
6月5日前后 | ask - - suggest=2014-06-05
新学期第一周 | ask - -
4月底5月初开展期中检测 | ask - - suggest=2014-04-30/2014-05-10
第16周周三 | ask - -
3月第4周 | ask - - suggest=2014-03-22/2014-03-28

# No schedule: numbers, lengths, counts, names, looking back
集中教育时间不少于3个月 | none - -
大体安排8个月时间 | none - -
苏办发〔2014〕4号 | none - -
昆委〔2014〕11号 | none - -
党的十八大以来 | none - -
去年3月召开 | none - -
3月5日召开了动员大会 | none - -
截至3月底，共收到意见252条 | none - -
以庆祝第30个教师节为契机 | none - -
24字核心价值观 | none - -
12345政务平台 | none - -
3个环节 | none - -
会议总时间不少于半天 | none - -
2014—2015学年第一学期 | none - -
2014-2015学年 | none - -
关于2013年12月会议精神的通知 | none - -
落实2月28日全市教育工作会议精神 | none - -
3月5日下发的通知 | none - -
在2013年底前已完成换届的基础上 | none - -
2012年以来 | none - -
近三年 | none - -
任职满2年 | none - -
3月份共收到来信12件 | none - -
三年内建成 | none - -
自印发之日起施行 | none - -
七一中学 | none - -
八一班 | none - -
五四青年奖章 | none - -
三八红旗手 | none - -
上月 | none - -
昨天 | none - -
14:30 | none - -
3.1阶段划分 | none - -
提高3.5个百分点 | none - -
1.2 工作目标 | none - -
1.5万元 | none - -
2/3以上 | none - -
集中学习时间为3天 | none - -
第3期（总第3期） | none - -
每人每月补助200元 | none - -
满意率达100% | none - -
见面率、办结率 | none - -
以优异成绩迎接国庆 | none - -
七一表彰大会 | none - -
庆祝第30个教师节 | none - -
做好2014年中考工作 | none - -
2014年工作要点 | none - -
2014年3月5日印发 | none - -
十二五期间 | none - -
1-3年级 | none - -
3至5岁 | none - -
2-3人 | none - -
3月龄 | none - -
十月革命 | none - -
明年 | none - -
公示7天 | none - -
公示期7个工作日 | none - -
距高考还有30天 | none - -
倒计时100天 | none - -
2月14日前已报送的单位不再重复报送 | none - -
第20号文件 | none - -
集中利用一周时间 | none - -
用3天时间集中学习 | none - -
活动为期三个月 | none - -
每人至少参加2次 | none - -
不少于10次 | none - -
日报告 | none - -
2013年工作总结 | none - -
2013年以来 | none - -
近年来 | none - -
2012年至2013年 | none - -
上年度 | none - -
去年底 | none - -
去年12月 | none - -
前年 | none - -
3月5日，召开了动员会 | none - -
3月5日已召开动员会 | none - -
3月5日召开过 | none - -
已于3月5日召开 | none - -
截至3月20日，已完成 | none - -
截至目前 | none - -
截止2014年3月，全系统共有党员1000名 | none - -
目前 | none - -
前期 | none - -
后期 | none - -
当前 | none - -
今后三年 | none - -
未来五年 | none - -
三年规划 | none - -
五年内 | none - -
十年树木 | none - -
一年级 | none - -
二年级3班 | none - -
3班 | none - -
3·15晚会 | none - -
315 | none - -
911 | none - -
2014030 | none - -
138001380000 | none - -
0512-57550000 | none - -
第24条 | none - -
第5项 | none - -
第一、二、三批 | none - -
第一批 | none - -
（一） | none - -
1. | none - -
附件1 | none - -
附件3 | none - -
表3 | none - -
3个月 | none - -
6个月 | none - -
八个月 | none - -
2小时 | none - -
半天 | none - -
45分钟 | none - -
15分钟以内 | none - -
不超过5分钟 | none - -
10个工作日 | none - -
会中 | none - -
学校现有教师138人，其中高级教师56人 | none - -
占地面积3.5万平方米 | none - -
2013—2014学年度被评为先进单位 | none - -
1998年9月参加工作，2003年6月入党 | none - -
李某，男，1975年3月出生 | none - -
该校始建于1956年9月 | none - -
成立于2010年10月 | none - -
根据教育部2012年2月10日发布的《标准》 | none - -
按照3月2日会议要求，抓紧落实 | none - -
落实1月8日全县教育工作会议部署 | none - -
本办法自发布之日起施行 | none - -
有效期至2016年12月31日 | none - -
在为期三个月的活动中 | none - -
前一阶段工作进展顺利 | none - -
今年以来 | none - -
上半年以来 | none - -
今年1至2月，共办理来信35件 | none - -
1—2月份完成率为96% | none - -
去年同期 | none - -
同比增长12% | none - -
7月1日前出生的适龄儿童 | none - -
2008年8月31日前出生的儿童 | none - -
年满6周岁 | none - -
每班不超过45人 | none - -
每天校园体育活动时间不少于1小时 | none - -
每学期听课不少于20节 | none - -
学校每年投入50万元 | none - -
以“5·12”防灾减灾日为契机 | none - -
2014届毕业生 | none - -
下午第三节课 | none - -
午休12:30—13:50 | none - -
8:00-17:30 | none - -
工作日8:30—17:30接听电话 | none - -
（2014年3月5日校务会讨论通过） | none - -
力争用3年左右时间 | none - -
"十二五"末 | none - -

"""

CASES = [line for line in TABLE.splitlines() if line and not line.startswith("# ")]


@pytest.mark.parametrize("line", CASES)
def test_a_phrase_means_what_the_table_says(line: str) -> None:
    words, _, meaning = line.rpartition(" | ")
    kind, start, end, *fields = meaning.split()
    expected: dict[str, object] = {
        "kind": kind,
        "start": None if start == "-" else start,
        "end": None if end == "-" else end,
        **dict(field.split("=", 1) for field in fields),
    }
    answer = as_json(None, read(words, WRITTEN))
    for silent in ("id", "why", "also"):
        _ = answer.pop(silent, None)
    said = {
        k: str(v) if k not in ("start", "end") else v
        for k, v in answer.items()
        if v is not None or k in ("start", "end")
    }
    assert said == expected


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(CASES) == len(set(CASES)) > 500
